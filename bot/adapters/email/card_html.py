"""A card as HTML: the same elements, drawn with what every mail program knows."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from bot.adapters.email.chart_html import chart
from bot.adapters.email.kinds import by_kind, kinds
from bot.adapters.email.reading import Json, commands, listed, pages, plain, unguarded
from bot.adapters.email.tags import BADGES, BOX, BREAKS, LINK, QUIET, RULE, grid, layout, tag
from bot.ports import Card

GAPS = {"None": 0, "Small": 4, "Default": 8, "Medium": 12, "Large": 20}
"""Pixels before an element."""


def drawn(card: Card) -> str:
    """The card's body; every text in it is escaped, every link a whole https address."""
    return stack(listed(card, "body"))


def stack(elements: Iterable[Json]) -> str:
    """Elements one under the other."""
    parts: list[str] = []
    for element in elements:
        if html := _drawn(element):
            gap = GAPS.get(str(element.get("spacing", "Default")), 8) if parts else 0
            parts.append(tag("div", html, style=f"margin:{gap}px 0 0"))
    return "".join(parts)


def _drawn(element: Json) -> str:
    return by_kind(element, KINDS)


def _words(text: str, looks: Json) -> str:
    shown = escape(text)
    if looks.get("weight") == "Bolder":
        shown = tag("strong", shown)
    return tag("span", shown, colour=QUIET) if looks.get("isSubtle") else shown


def _block(element: Json) -> str:
    text = plain(str(element.get("text", "")))
    if element.get("style") == "heading":
        large = element.get("size") == "Large"
        look = f"margin:0;font-size:{20 if large else 15}px;line-height:1.3;font-weight:600;{BREAKS}"
        return tag("h1" if large else "h2", escape(text), style=look, dir="auto")
    return tag("p", _words(text, element), style=f"margin:0;{BREAKS}", dir="auto") if text else ""


def _paragraph(element: Json) -> str:
    runs = "".join(_words(unguarded(str(each.get("text", ""))), each) for each in listed(element, "inlines"))
    return tag("p", runs, style=f"margin:0;{BREAKS}", dir="auto")


def _badge(element: Json) -> str:
    colour = BADGES.get(str(element.get("style")), BADGES["Subtle"])
    look = f"display:inline-block;padding:0 10px;line-height:20px;border-radius:10px;background-color:{colour};color:#ffffff;font-size:13px;font-weight:600"
    return tag("span", escape(str(element.get("text", ""))), style=look)


def _container(element: Json) -> str:
    inside = stack(listed(element, "items"))
    if element.get("style") != "emphasis":
        return inside
    return layout(tag("td", inside, colour=BOX, style="padding:10px 12px;border-radius:6px"))


def _columns(element: Json) -> str:
    return layout("".join(_column(each) for each in listed(element, "columns")))


def _column(column: Json) -> str:
    auto = column.get("width") == "auto"
    look = f"padding:0 10px 0 0;vertical-align:middle;{'width:1%;white-space:nowrap' if auto else BREAKS}"
    return tag("td", stack(listed(column, "items")), style=look)


def _facts(element: Json) -> str:
    rows = "".join(_fact(plain(each["title"]), plain(each["value"])) for each in listed(element, "facts"))
    return grid(rows, style="")


def _fact(title: str, value: str) -> str:
    name = f"padding:0 14px 4px 0;text-align:left;vertical-align:top;font-weight:600;min-width:80px;{BREAKS}"
    return tag(
        "tr",
        tag("th", escape(title), scope="row", style=name, dir="auto")
        + tag("td", escape(value), style=f"padding:0 0 4px;vertical-align:top;{BREAKS}", dir="auto"),
    )


def _table(element: Json) -> str:
    shares = [float(each.get("width", 1)) for each in listed(element, "columns")]
    widths = [f"width:{100 * share / sum(shares):.0f}%" for share in shares]
    header, *rows = listed(element, "rows")
    made = _cells("th", header, widths) + "".join(_cells("td", row, widths) for row in rows)
    return grid(made, style="width:100%;table-layout:fixed")


def _cells(name: str, row: Json, widths: list[str]) -> str:
    cells = zip(listed(row, "cells"), widths, strict=False)
    look = f"padding:4px 10px 4px 0;text-align:left;vertical-align:top;{BREAKS}"
    scope = {"scope": "col"} if name == "th" else {}
    return tag(
        "tr",
        "".join(
            tag(name, stack(listed(cell, "items")), colour=RULE, style=f"{look};{width}", **scope)
            for cell, width in cells
        ),
    )


def _actions(element: Json) -> str:
    actions = listed(element, "actions")
    look = "display:inline-block;margin:0 8px 6px 0;padding:5px 12px;border-radius:4px;font-weight:600;text-decoration:none"
    opened = "".join(
        tag("a", escape(title), colour=LINK, style=look, href=url, rel="noopener noreferrer")
        for title, url in pages(actions)
    )
    typed = ", ".join(tag("strong", escape(each)) for each in commands(actions))
    return opened + (tag("p", f"In Teams, say to the bot: {typed}", style=f"margin:0;{BREAKS}") if typed else "")


def _chart(element: Json) -> str:
    return chart(element, _drawn(element["fallback"]))


KINDS = kinds(
    block=_block,
    paragraph=_paragraph,
    badge=_badge,
    container=_container,
    columns=_columns,
    facts=_facts,
    table=_table,
    actions=_actions,
    chart=_chart,
)
