"""A report: how the jobs fared in a period, what is open, what is coming, who did what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.model import Acted, Credential, Every, Fared, Report
from bot.ports import Card
from cards import sample, words
from cards.charts import line_chart, ranking_chart
from cards.elements import (
    Element,
    badge,
    button,
    buttons,
    card,
    cell,
    columns,
    container,
    facts,
    heading,
    run,
    table,
    text,
)
from cards.plain import shortened
from cards.sample_report import WEEK

MOST_JOBS = 12
SMALL = 0.0005
"""A change of the rate that is none."""


def marker(key: str) -> str:
    """What stands in the card of one digest and in no other."""
    return f"syncwatch-{key.replace('/', '-').replace(':', '')}."


def summary(report: Report) -> str:
    """The notification of a digest."""
    return f"Provisioning {_period(report)}: {_rate(_total(report).rate)} got through, {report.open_now:,} open"


def report(report: Report, now: datetime, *, digest: Every | None = None, name: str = "") -> Card:
    """The card, the same whether asked for or sent by itself; `digest` is how often it comes."""
    said = _said(report)
    return card(
        [
            columns(
                ("auto", [badge(_rate(_total(report).rate), "Good" if not report.open_now else "Warning")]),
                ("stretch", [heading(f"Provisioning {_period(report)}")]),
                name=name,
            ),
            text(said),
            *_charts(report),
            _jobs(report.jobs),
            _oldest(report, now),
            *facts(_facts(report, now)),
            buttons(button("Open incidents", "incidents"), button("Errors", "errors"), _off(digest)),
        ],
        fallback=f"{summary(report)}. {said}",
    )


def _off(digest: Every | None) -> Element | None:
    return button("No more digests", "digest", "off", secondary=True) if digest else None


def _total(report: Report) -> Fared:
    return Fared(
        job_id="",
        name="",
        succeeded=sum(each.succeeded for each in report.jobs),
        failed=sum(each.failed for each in report.jobs),
        succeeded_before=sum(each.succeeded_before for each in report.jobs),
        failed_before=sum(each.failed_before for each in report.jobs),
    )


def _period(report: Report) -> str:
    hours = int((report.until - report.since).total_seconds() // 3600)
    return f"in the last {hours} hours" if hours <= 48 else f"in the last {round(hours / 24)} days"


def _said(report: Report) -> str:
    total = _total(report)
    if total.rate is None:
        return "No job has done anything, as far as the logs tell."
    more = f" ({_change(total)})" if _change(total) else ""
    opened = f"{words.count(report.opened, 'incident')} opened"
    versus = "" if report.opened == report.opened_before else f" ({report.opened_before:,} in the period before)"
    return (
        f"{total.succeeded:,} changes got through and {total.failed:,} failed{more}. "
        f"{opened}{versus}, {report.resolved:,} resolved, {report.open_now:,} open now."
    )


def _charts(report: Report) -> Iterator[Element]:
    if sum(rows for _, rows in report.buckets):
        failed = [("failed", report.buckets)]
        yield line_chart("Failed rows", failed, across=report.scale or "UTC", places=report.places)
    if len(report.causes) > 1:
        yield ranking_chart("Top causes", [(cause or "no code", rows) for cause, rows in report.causes])


def _jobs(jobs: Sequence[Fared]) -> Element | None:
    if not jobs:
        return None
    header = [[cell(name, bold=True)] for name in ("Job", "Got through", "Failed", "Change")]
    rows = [
        [[cell(each.name)], [cell(_rate(each.rate))], [cell(f"{each.failed:,}")], [cell(_change(each))]]
        for each in jobs[:MOST_JOBS]
    ]
    left = len(jobs) - MOST_JOBS
    more = (
        [[[cell(f"{left:,} more jobs, no worse", subtle=True)], [cell("")], [cell("")], [cell("")]]] if left > 0 else []
    )
    return table((5, 2, 2, 2), [header, *rows, *more])


def _rate(rate: float | None) -> str:
    """Never rounded up to all, nor down to nothing."""
    if rate is None:
        return "nothing done"
    if 0.999 < rate < 1:
        return "> 99.9 %"
    return "< 0.1 %" if 0 < rate < 0.001 else f"{100 * rate:.1f} %"


def _change(fared: Fared) -> str:
    """In points of a hundred against the period before."""
    if fared.rate is None or fared.rate_before is None:
        return "" if fared.rate is None else "new"
    by = fared.rate - fared.rate_before
    return "as before" if abs(by) < SMALL else f"{100 * by:+.1f} points"


def _oldest(report: Report, now: datetime) -> Element | None:
    """What is open for longest, each in a row of its own with its whole title."""
    if not report.oldest:
        return None
    lines = [
        text(
            run(f"#{each.number} ", bold=True),
            each.alert.title,
            run(f" {words.lasting(now - each.opened_at)}", subtle=True),
        )
        for each in report.oldest
    ]
    return container([heading("Open for longest", small=True), *lines], spacing="Medium")


def _facts(report: Report, now: datetime) -> Iterator[tuple[str, str]]:
    if len(report.causes) == 1:
        cause, rows = report.causes[0]
        yield "Cause", f"{cause or 'no code'}: {rows:,}"
    yield "Ending", "; ".join(_ends(each, now) for each in report.ahead)
    snoozed = [
        f"#{each.number} by {each.snooze.by.name or each.snooze.by.id}: {shortened(each.snooze.reason, 60)}"
        for each in report.snoozed[:5]
        if each.snooze is not None
    ]
    yield "Snoozed", "; ".join(snoozed)
    yield "Acted", "; ".join(map(_acted, report.acted))


def _ends(credential: Credential, now: datetime) -> str:
    return f"{credential.kind} of {shortened(credential.owner, 60)} in {words.duration(credential.expires_at - now)}"


def _acted(acted: Acted) -> str:
    times = "" if acted.times == 1 else f" {acted.times:,} times"
    return f"{shortened(acted.who, 40)} {acted.what}{times}"


def example() -> Card:
    return report(WEEK, sample.NOW, digest=Every.WEEKLY)
