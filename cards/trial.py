"""How a rule would have done on the past days: how often it would have fired, and the incidents that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.kqlrules.judge import span
from bot.kqlrules.model import KqlRule
from bot.kqlrules.reach import TABLES
from bot.kqlrules.trial import Happened, Trial
from bot.kqlrules.wording import tables
from bot.model import Alert, Evidence, Finding, Severity, Sheet
from bot.ports import Card
from cards import words
from cards.elements import Element, button, buttons, card, container, heading, run, text
from cards.sheet import sheet
from cards.times import in_utc

SHOWN, ROWS_SHOWN = 5, 3


def trial(tried: Trial) -> Card:
    """What would have been, with the first rows of the incidents that opened most often."""
    said = verdict(tried)
    return card(
        [
            heading(f"Rule {tried.rule.name} on the past {words.count((tried.until - tried.since).days, 'day')}"),
            text(said),
            *_incidents(tried),
            text(how(tried), subtle=True, spacing="Medium"),
            buttons(button("Rule", "rule", tried.rule.name)),
        ],
        fallback=said,
    )


def verdict(tried: Trial) -> str:
    """The answer in one sentence."""
    if not tried.incidents:
        return _nothing(tried)
    most = max(tried.incidents, key=lambda each: each.times)
    same = f", {most.times} of them one incident" if len(tried.incidents) > 1 and most.times > 1 else ""
    incidents = words.count(len(tried.incidents), "incident")
    return f"It would have fired {words.count(tried.fired, 'time')}{same}: {incidents} in all.{_empty(tried, ' But ')}"


def _nothing(tried: Trial) -> str:
    """Why nothing was found: there was nothing to look at, or it was looked at."""
    if tried.empty and len(tried.empty) == len(tables(tried.rule.kql, TABLES)):
        return f"There were no rows to look at, so this tells nothing about the rule:{_empty(tried, ' ')}"
    return f"It would not have fired.{_empty(tried, ' But ')}"


def _empty(tried: Trial, before: str) -> str:
    if not tried.empty:
        return ""
    has = "has" if len(tried.empty) == 1 else "have"
    stretch = f"{tried.began.day} {tried.began:%b %H:%M} to {in_utc(tried.until)}"
    return f"{before}{' and '.join(tried.empty)} {has} no rows from {stretch}."


def how(tried: Trial) -> str:
    """How it was found out."""
    return (
        f"Judged {words.count(tried.looks, 'time')}, every {words.duration(tried.every)}, each time about "
        f"{span(tried.rule.window)}. What came back within a day is one incident."
    )


def told(each: Happened) -> str:
    """When an incident would have been open."""
    until = f"until {each.ended:%d %b %H:%M}" if each.ended else "and would be open now"
    again = f", {each.times} times" if each.times > 1 else ""
    return f"{each.opened:%d %b %H:%M} UTC {until}{again}"


def ordered(tried: Trial) -> Sequence[Happened]:
    """The incidents, those that fired most often first."""
    return sorted(tried.incidents, key=lambda each: (-each.times, each.opened))


def _incidents(tried: Trial) -> Iterator[Element]:
    for each in ordered(tried)[:SHOWN]:
        shown = each.finding.evidence.sheet
        cut = Sheet(columns=shown.columns, rows=shown.rows[:ROWS_SHOWN], more=_more(shown)) if shown else None
        title = text(run(each.finding.alert.title, bold=True), run(f" {told(each)}", subtle=True))
        yield container([title, *sheet(cut)], spacing="Medium")
    if len(tried.incidents) > SHOWN:
        yield text(f"and {words.count(len(tried.incidents) - SHOWN, 'more incident')}", subtle=True)


def _more(shown: Sheet) -> int:
    return shown.more + max(0, len(shown.rows) - ROWS_SHOWN)


def example() -> Card:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    rule = KqlRule(
        name="access_review_deleted",
        title="Access review {Review} was deleted",
        help="Somebody deleted an access review.",
        severity=Severity.MEDIUM,
        kql="AuditLogs",
    )
    alert = Alert(title="Access review Guests was deleted", detail=rule.help, severity=rule.severity, rule=rule.name)
    rows = Sheet(columns=("TimeGenerated", "Actor"), rows=(("2026-11-18 09:12:44", "ada@contoso.com"),))
    happened = Happened(
        finding=Finding(alert=alert, evidence=Evidence(sheet=rows)), opened=at, ended=at + timedelta(days=1), times=2
    )
    return trial(
        Trial(
            rule=rule,
            since=at - timedelta(days=7),
            until=at,
            looks=60,
            every=timedelta(hours=2, minutes=48),
            incidents=(happened,),
        )
    )
