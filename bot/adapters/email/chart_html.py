"""Charts as tables whose cells are bars: mail programs run no scripts, and many show no pictures."""

from __future__ import annotations

from html import escape

from bot.adapters.email.reading import Json, bars, lines
from bot.adapters.email.tags import BAR, BREAKS, QUIET, grid, layout, tag
from cards.charts import number

HEIGHT = 64
"""Pixels of the highest standing bar."""


def chart(element: Json, words: str) -> str:
    """The drawing under its title; `words` say the same, for a line, whose values could not be read off."""
    title = tag("p", tag("strong", escape(str(element.get("title", "")))), style="margin:0 0 6px")
    if element["type"] == "Chart.Line":
        drawn = "".join(_standing(points) for _, points in lines(element) if points)
        return f"{title}{drawn}{tag('div', words, colour=QUIET, style='margin:4px 0 0;font-size:13px')}"
    return title + _lying(bars(element))


def _lying(points: list[tuple[str, float]]) -> str:
    most = max((value for _, value in points), default=0)
    rows = "".join(_bar(name, value, _percent(value, most)) for name, value in points)
    return grid(rows, style="width:100%")


def _bar(name: str, value: float, percent: int) -> str:
    drawn = tag("div", "&nbsp;", colour=BAR, style=f"width:{percent}%;height:10px;line-height:10px;font-size:1px")
    return tag(
        "tr",
        tag("th", escape(name), scope="row", style=f"width:36%;padding:2px 10px 2px 0;text-align:left;font-weight:normal;font-size:13px;{BREAKS}")
        + tag("td", drawn, style="padding:2px 8px 2px 0", aria_hidden="true")
        + tag("td", escape(number(value)), style="width:48px;padding:2px 0;text-align:right;font-size:13px"),
    )  # fmt: skip


def _standing(points: list[tuple[str, float]]) -> str:
    most = max(value for _, value in points)
    cells = "".join(
        tag("td", _column(value, most), valign="bottom", style=f"height:{HEIGHT}px;padding:0 1px")
        for _, value in points
    )
    first, last = points[0][0], points[-1][0]
    ends = tag("td", escape(first)) + tag("td", escape(last), align="right")
    return layout(cells, aria_hidden="true") + layout(ends, aria_hidden="true", style="width:100%;font-size:12px")


def _column(value: float, most: float) -> str:
    high = max(1, round(HEIGHT * _percent(value, most) / 100))
    return tag("div", "&nbsp;", colour=BAR, style=f"height:{high}px;line-height:{high}px;font-size:1px")


def _percent(value: float, most: float) -> int:
    return max(1, min(100, round(100 * value / most))) if most > 0 and value > 0 else 1
