"""The rows and objects behind an incident, page by page: what its own card has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Failure, Incident
from bot.ports import Card
from cards import over, sample, words
from cards.elements import Action, Element, button, buttons, card, cell, heading, run, table, text
from cards.sheet import widths

A_PAGE = 10
MOST_COLUMNS = 12
MOST_LETTERS = 140


def rows_of(incident: Incident, page: int) -> Card:
    """One page of them; a page behind the last shows the last."""
    columns, rows, more = _rows(incident)
    title = f"#{incident.number} {over.title(incident)}"
    if not rows:
        said = "There are no rows or objects behind this incident."
        return card([heading(title), text(said), buttons(_whole(incident))], fallback=f"{title}. {said}")
    pages = -(-len(rows) // A_PAGE)
    beyond, page = words.beyond(page, pages), min(max(page, 1), pages)
    said = beyond + (
        f"Page {page} of {pages}: {words.count(len(rows), 'row')}{f', and {more:,} more in the log' if more else ''}."
    )
    return card(
        [
            heading(title),
            text(said, subtle=True),
            _grid(columns, rows[(page - 1) * A_PAGE : page * A_PAGE]),
            buttons(
                button("Back", "incident", f"{incident.number} --page {page - 1}") if page > 1 else None,
                button("More", "incident", f"{incident.number} --page {page + 1}") if page < pages else None,
                _whole(incident),
            ),
        ],
        fallback=f"{title}. {said}",
    )


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Element:
    """More of each value than the incident's own card shows."""
    header = [[cell(name, bold=True)] for name in columns]
    lines = [[[text(run(value or "–", limit=MOST_LETTERS))] for value in row] for row in rows]
    return table(widths(columns, rows), [header, *lines])


def _whole(incident: Incident) -> Action:
    return button("What happened", "incident", str(incident.number))


def _rows(incident: Incident) -> tuple[Sequence[str], Sequence[Sequence[str]], int]:
    """The columns, the rows, and how many more there are than are kept."""
    sheet, examples = incident.evidence.sheet, incident.evidence.examples
    if sheet is not None and sheet.rows:
        return sheet.columns[:MOST_COLUMNS], [row[:MOST_COLUMNS] for row in sheet.rows], sheet.more
    rows = [_object(each) for each in examples]
    return ("Object", "Step", "What was said"), rows, max(0, over.hits(incident) - len(rows))


def _object(failure: Failure) -> tuple[str, str, str]:
    return words.named(failure), failure.step or "–", failure.reason or failure.error_code


def example() -> Card:
    return rows_of(sample.ADDRESSES_CLASH, 1)
