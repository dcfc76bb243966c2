"""HTML that mail programs show alike: inline styles, tables for layout, and classes by which a dark scheme takes over."""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Colour(NamedTuple):
    """A class, the style that it stands for, and what becomes of it where the reader's scheme is dark."""

    name: str
    light: str
    dark: str


PAGE = Colour("page", "background-color:#f5f5f5;color:#242424", "background-color:#1f1f1f;color:#ffffff")
CARD = Colour(
    "card",
    "background-color:#ffffff;color:#242424;border:1px solid #e0e0e0",
    "background-color:#292929;color:#ffffff;border-color:#3d3d3d",
)
BOX = Colour("box", "background-color:#f0f0f0;color:#242424", "background-color:#1f1f1f;color:#ffffff")
LEAD = Colour(
    "lead",
    "background-color:#e8ebfa;color:#242424;border-left:4px solid #5b5fc7",
    "background-color:#2f3056;color:#ffffff;border-color:#9299f7",
)
QUIET = Colour("quiet", "color:#616161", "color:#adadad")
RULE = Colour("rule", "border-bottom:1px solid #e0e0e0", "border-bottom-color:#3d3d3d")
LINK = Colour("link", "color:#4f52b2;border:1px solid #c7c7c7", "color:#aab1fa;border-color:#666666")
BAR = Colour("bar", "background-color:#5b5fc7", "background-color:#9299f7")
COLOURS = (PAGE, CARD, BOX, LEAD, QUIET, RULE, LINK, BAR)

BADGES = {
    "Attention": "#c50f1f",
    "Warning": "#8a3707",
    "Good": "#0e700e",
    "Informative": "#616161",
    "Subtle": "#616161",
}
"""White letters stand out enough on each of these, in either scheme."""

BREAKS = "overflow-wrap:anywhere;word-break:break-word"


def tag(name: str, content: str = "", *, style: str = "", colour: Colour | None = None, **attributes: str) -> str:
    """An element around HTML that is made already; its attributes are escaped here, `aria_x` is written aria-x."""
    styles = ";".join(filter(None, [style, colour.light if colour else ""]))
    given = {**attributes, "class": colour.name if colour else "", "style": styles}
    shown = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in given.items() if value)
    return f"<{name}{shown}>{content}</{name}>"


def layout(cells: str, *, style: str = "width:100%;border-collapse:separate", **attributes: str) -> str:
    """One row of a table that only lays out; screen readers do not announce it."""
    return _table(tag("tr", cells), style=style, role="presentation", **attributes)


def grid(rows: str, *, style: str) -> str:
    """A table of names or values, which screen readers announce as one."""
    return _table(rows, style=f"border-collapse:collapse;{style}")


def _table(rows: str, *, style: str, **attributes: str) -> str:
    # Mail programs that know no CSS for it would set cells apart and frame them.
    return tag("table", rows, style=style, colour=None, cellpadding="0", cellspacing="0", border="0", **attributes)


def dark() -> str:
    """The rules that take over where the reader's scheme is dark."""
    rules = "".join(f".{each.name}{{{_weighty(each.dark)}}}" for each in COLOURS)
    return f"@media (prefers-color-scheme:dark){{{rules}}}"


def _weighty(style: str) -> str:
    return ";".join(f"{each}!important" for each in style.split(";"))
