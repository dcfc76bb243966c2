"""What a card says, read from its JSON: words without Markdown, times in UTC, addresses of pages, commands to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cards.plain import is_page, unescaped

Json = dict[str, Any]

_LOCAL = re.compile(r"\{\{DATE\([^{}]*\)\}\} \{\{TIME\([^{}]*\)\}\} \(([^()]*)\)")
_NUMBER = re.compile(r"\d+\b")


def plain(markdown: str) -> str:
    """The words of a TextBlock or a fact. A mail cannot show each reader their own zone, so times are in UTC alone."""
    return unescaped(_LOCAL.sub(r"\1", markdown))


def unguarded(text: str) -> str:
    """The words of a run, without the mark that keeps Teams from reading braces as a date."""
    return text.replace("{\u2060{", "{{")


def listed(element: Json, name: str) -> list[Json]:
    """The parts of an element that stand under this name."""
    return list(element.get(name) or ())


def pages(actions: list[Json]) -> Iterator[tuple[str, str]]:
    """What can be opened: its title and its address, whole https ones only."""
    for action in actions:
        if action.get("type") == "Action.OpenUrl" and is_page(str(action.get("url", ""))):
            yield str(action.get("title", "")), action["url"]


def commands(actions: list[Json]) -> list[str]:
    """What could be pressed, as lines to type in Teams; those about an incident, since only they stand by themselves."""
    pressed = [each for each in actions if each.get("type") == "Action.Execute"]
    typed = [(str(each.get("verb", "")), _words(each)) for each in pressed]
    return [f"{verb} {words}" for verb, words in typed if _NUMBER.match(words)]


def _words(action: Json) -> str:
    data: Json = action.get("data", {})
    return str(data.get("words", ""))


def bars(chart: Json) -> list[tuple[str, float]]:
    """Names and values of a chart that is no line."""
    points = listed(chart, "data")
    return [(str(each.get("x", each.get("legend", ""))), float(each.get("y", each.get("value", 0)))) for each in points]


def lines(chart: Json) -> list[tuple[str, list[tuple[str, float]]]]:
    """The series of a line chart: each its name and its points."""
    return [
        (str(each.get("legend", "")), [(str(point["x"]), float(point["y"])) for point in listed(each, "values")])
        for each in listed(chart, "data")
    ]


def said(runs: list[Json]) -> str:
    """A paragraph's runs in a row."""
    return "".join(unguarded(str(each.get("text", ""))) for each in runs)
