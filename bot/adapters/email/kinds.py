"""The kinds of elements that a card may hold in a mail; text and HTML know the same ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.adapters.email.reading import Json

Way = Callable[[Json], str]
"""How an element is written."""


def kinds(
    *,
    block: Way,
    paragraph: Way,
    badge: Way,
    container: Way,
    columns: Way,
    facts: Way,
    table: Way,
    actions: Way,
    chart: Way,
) -> Mapping[str, Way]:
    """The way of each kind, by its name in Adaptive Cards."""
    return {
        "TextBlock": block,
        "RichTextBlock": paragraph,
        "Badge": badge,
        "Container": container,
        "ColumnSet": columns,
        "FactSet": facts,
        "Table": table,
        "ActionSet": actions,
        "Input.ChoiceSet": _nothing,
        "Input.Text": _nothing,
        "Chart.Line": chart,
        "Chart.VerticalBar": chart,
        "Chart.HorizontalBar": chart,
        "Chart.Donut": chart,
    }


def by_kind(element: Json, known: Mapping[str, Way]) -> str:
    """The element, or else what the card has in its place for those who do not know its kind."""
    way = known.get(str(element.get("type")))
    if way is None:
        return by_kind(element["fallback"], known) if isinstance(element.get("fallback"), dict) else ""
    return way(element)


def _nothing(element: Json) -> str:
    # A mail has nothing to fill in; the command that a card's button stands for is told instead.
    return ""
