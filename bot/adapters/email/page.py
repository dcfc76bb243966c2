"""The whole mail as HTML: what is said first, the card, and why it came."""

from __future__ import annotations

from html import escape

from bot.adapters.email.card_html import drawn
from bot.adapters.email.tags import BREAKS, CARD, LEAD, PAGE, QUIET, dark, layout, tag
from bot.ports import Card

FONT = (
    "font-family:'Segoe UI',system-ui,-apple-system,Roboto,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45"
)
HIDDEN = "display:none;max-height:0;overflow:hidden;mso-hide:all"


def page(card: Card, *, title: str, preview: str, lead: str = "", footer: str) -> str:
    """A document of its own. `preview` is what a list of mails shows; `lead` stands above the card."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"{tag('title', escape(title))}<style>:root{{color-scheme:light dark}}{dark()}</style>"
    )
    body = tag("div", escape(preview), style=HIDDEN) + _middle(_lead(lead) + _card(card) + _footer(footer))
    whole = tag("body", body, colour=PAGE, style=f"margin:0;padding:0;{FONT}")
    return f'<!DOCTYPE html><html lang="en" dir="ltr"><head>{head}</head>{whole}</html>'


def _middle(content: str) -> str:
    # Outlook on the desktop knows no max-width, and takes the width of the attribute.
    look = "width:100%;max-width:640px;margin:0 auto;text-align:left"
    inner = layout(tag("td", content), width="640", style=look)
    return layout(tag("td", inner, colour=PAGE, align="center", style=f"padding:16px 12px;{FONT}"))


def _lead(text: str) -> str:
    if not text:
        return ""
    look = f"padding:12px 14px;border-radius:4px;font-size:16px;font-weight:600;{BREAKS}"
    said = tag("td", escape(text), colour=LEAD, style=look, dir="auto")
    return tag("div", layout(said), style="margin:0 0 12px")


def _card(card: Card) -> str:
    return layout(tag("td", drawn(card), colour=CARD, style="padding:16px;border-radius:8px"))


def _footer(text: str) -> str:
    return tag("p", escape(text), colour=QUIET, style=f"margin:12px 4px 0;font-size:12px;{BREAKS}")
