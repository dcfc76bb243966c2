"""A card as plain text, for readers and machines that show no HTML."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.email.kinds import by_kind, kinds
from bot.adapters.email.reading import Json, commands, listed, pages, plain, said, unguarded
from bot.ports import Card


def written(card: Card) -> str:
    """The whole card, a paragraph for each element."""
    return "\n\n".join(_each(listed(card, "body")))


def _each(elements: Iterable[Json]) -> list[str]:
    return [text for element in elements if (text := _written(element))]


def _written(element: Json) -> str:
    return by_kind(element, KINDS)


def _block(element: Json) -> str:
    words = plain(str(element.get("text", "")))
    return f"{words}\n{'=' * min(len(words), 72)}" if element.get("style") == "heading" and words else words


def _paragraph(element: Json) -> str:
    first, *others = listed(element, "inlines") or [{}]
    name = str(first.get("text", "")).strip()
    if others and name and first.get("weight") == "Bolder":
        return f"{unguarded(name)}{'' if name.endswith(':') else ':'} {said(others).strip()}"
    return said([first, *others]).strip()


def _badge(element: Json) -> str:
    return f"[{element.get('text', '')}]"


def _container(element: Json) -> str:
    return "\n".join(_each(listed(element, "items")))


def _columns(element: Json) -> str:
    parts = [part for each in listed(element, "columns") if (part := _container(each))]
    return ("\n" if any("\n" in part for part in parts) else "  ").join(parts)


def _facts(element: Json) -> str:
    return "\n".join(f"{plain(each['title'])}: {plain(each['value'])}" for each in listed(element, "facts"))


def _table(element: Json) -> str:
    """The rows, each cell after its column's name, since no letters are as wide as others everywhere."""
    header, *rows = [[_container(cell) for cell in listed(row, "cells")] for row in listed(element, "rows")]
    names = [_container_words(name) for name in header]
    return "\n".join(f"- {_row(names, cells)}" for cells in rows)


def _container_words(name: str) -> str:
    return f"{name}: " if name else ""


def _row(names: list[str], cells: list[str]) -> str:
    """One line; where a cell has several, a line for each cell, and what else it says set in below that."""
    filled = [f"{name}{cell}" for name, cell in zip(names, cells, strict=True) if cell]
    if not any("\n" in cell for cell in filled):
        return "; ".join(filled)
    return "\n  ".join(cell.replace("\n", "\n    ") for cell in filled)


def _actions(element: Json) -> str:
    actions = listed(element, "actions")
    opened = [f"{title}: {url}" for title, url in pages(actions)]
    typed = commands(actions)
    return "\n".join([*opened, *([f"In Teams, say to the bot: {', '.join(typed)}"] if typed else [])])


def _chart(element: Json) -> str:
    return _written(element["fallback"])


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
