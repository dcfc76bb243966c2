"""The answer to a question in KQL: a chart where there is one, and its rows, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Chart
from bot.ports import Card
from cards import words
from cards.charts import bar_chart, line_chart, ranking_chart, share_chart
from cards.elements import Element, button, buttons, card, heading, size, text
from cards.sheet import grid

LARGEST = 28_000
A_PAGE, MOST_COLUMNS = 15, 8
Rows = Sequence[Sequence[str]]


def answer(
    query: str,
    columns: Sequence[str],
    rows: Rows,
    *,
    chart: Chart | None = None,
    more: bool = False,
    page: int = 1,
    token: str = "",
    note: str = "",
) -> Card:
    """One page of the rows; `more` says that there were more than may be asked for, `token` finds the other pages."""
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(1, page), pages)
    shown = rows[(page - 1) * A_PAGE : page * A_PAGE]
    made = _card(query, columns, rows, shown, chart if page == 1 else None, more, page, pages, token, note)
    while size(made) > LARGEST and len(shown) > 1:
        shown = shown[: len(shown) - max(1, len(shown) // 4)]
        cut = f"{note} Cells are long, so only {words.count(len(shown), 'row')} of this page fit.".strip()
        made = _card(query, columns, rows, shown, chart if page == 1 else None, more, page, pages, token, cut)
    return made


def _card(
    query: str,
    columns: Sequence[str],
    rows: Rows,
    shown: Rows,
    chart: Chart | None,
    more: bool,
    page: int,
    pages: int,
    token: str,
    note: str,
) -> Card:
    said = f"At least {len(rows):,} rows" if more else words.count(len(rows), "row")
    where = f"{said}, page {page} of {pages}" if pages > 1 else said
    return card(
        [
            heading("Answer"),
            text(query, subtle=True),
            drawn(chart) if chart else None,
            text(where, spacing="Medium"),
            grid(columns[:MOST_COLUMNS], [row[:MOST_COLUMNS] for row in shown]) if shown else None,
            text(_left_out(columns), subtle=True) if len(columns) > MOST_COLUMNS and shown else None,
            text(note, subtle=True) if note else None,
            buttons(
                button("Back", "rows", f"{token} {page - 1}") if page > 1 else None,
                button("More", "rows", f"{token} {page + 1}") if page < pages else None,
            ),
        ],
        fallback=f"{where}: {'; '.join(', '.join(row) for row in shown[:3])}",
    )


def _left_out(columns: Sequence[str]) -> str:
    left = columns[MOST_COLUMNS:]
    return f"{words.count(len(left), 'column')} more: {', '.join(left)}. Choose with | project."


def drawn(chart: Chart) -> Element | None:
    """The chart's element; None where there is nothing in it to draw."""
    points = [point for _, some in chart.series for point in some]
    title = f"{chart.up} by {chart.across}" if chart.up and chart.across else chart.up or chart.across or "Chart"
    if not points:
        return None
    if chart.kind == "lines":
        across = chart.scale or chart.across
        return line_chart(title, chart.series, across=across, up=chart.up, places=chart.places)
    draw = {"bars": bar_chart, "ranking": ranking_chart, "shares": share_chart}[chart.kind]
    return draw(title, points)


_EXAMPLE = Chart(
    kind="lines",
    across="TimeGenerated",
    up="Failed",
    series=(("", (("2026-11-18", 3.0), ("2026-11-19", 24.0), ("2026-11-20", 7.0))),),
)


def example() -> Card:
    rows = [[x, f"{y:.0f}"] for x, y in _EXAMPLE.series[0][1]]
    query = 'AADProvisioningLogs | where ResultType == "Failure" | summarize Failed = count() by bin(TimeGenerated, 1d)'
    return answer(query, ["TimeGenerated", "Failed"], rows, chart=_EXAMPLE)
