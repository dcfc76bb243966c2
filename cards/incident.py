"""The living card of an incident: how bad, what it means, what to do, who has it; edited in place until it is resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Advice, Incident, Severity, State
from bot.ports import Card
from cards import incident_facts, outlook, over, sample, words
from cards.elements import (
    Action,
    BadgeStyle,
    Element,
    Somebody,
    badge,
    button,
    buttons,
    card,
    columns,
    container,
    facts,
    heading,
    link,
    mentions,
    run,
    text,
)
from cards.sheet import sheet
from cards.spoken import runs
from cards.times import in_utc

_COLOURS: dict[Severity, BadgeStyle] = {
    Severity.CRITICAL: "Attention",
    Severity.HIGH: "Attention",
    Severity.MEDIUM: "Warning",
    Severity.LOW: "Informative",
}


MOST_FACTS = 6
"""Facts of a card that would be too large with all of them."""


def marker(incident: Incident) -> str:
    """What stands in an incident's card and in no other, also of another database, so that it can be found again."""
    return f"syncwatch-incident-{incident.number}-{incident.opened_at:%Y%m%dT%H%M%S}."


def incident(
    incident: Incident,
    advice: Advice | None,
    now: datetime,
    *,
    seen_after: timedelta | None = None,
    people: Sequence[Somebody] = (),
) -> Card:
    """The card as it should look now; `seen_after` is how long after the log's row the incident was opened.

    `people` are called by name, so that Teams tells them, for as long as it is open.
    """
    called = people if incident.open else ()
    return card(
        [
            _first_line(incident, now),
            heading(over.title(incident)),
            mentions("For", called),
            text(_meaning(incident, advice)) if incident.open else None,
            _box(_what_now(incident, advice, now)),
            *facts(incident_facts.of(incident, now)),
            *sheet(incident.evidence.sheet),
            _microsoft_says(incident, advice),
            buttons(*_buttons(incident), *_pages(incident)),
            text(_footer(now, seen_after), subtle=True, spacing="Small"),
        ],
        fallback=f"Incident {incident.number}, {_badge(incident).lower()}: {over.title(incident)}. "
        f"{_meaning(incident, advice) if incident.open else over.resolution(incident)}",
        people=called,
        rest=f"incident {incident.number} --page 1",
    )


def lean(incident: Incident) -> Incident:
    """As much of an incident as fits on a card, whatever its rule found; the rest is there for who asks."""
    more = ("Not shown", f"what a card has no room for; write incident {incident.number} --page 1")
    few = replace(incident.evidence, sheet=None, pages=(), facts=(*incident.evidence.facts[:MOST_FACTS], more))
    return replace(incident, evidence=few)


def _badge(incident: Incident) -> str:
    return incident.alert.severity.capitalize() if incident.open else "Resolved"


def _first_line(incident: Incident, now: datetime) -> Element:
    style: BadgeStyle = _COLOURS[incident.alert.severity] if incident.open else "Good"
    line = " · ".join([f"#{incident.number}", *_life(incident, now)])
    return columns(
        ("auto", [badge(_badge(incident), style)]),
        ("stretch", [text(line, subtle=True)]),
        name=marker(incident),
    )


def _life(incident: Incident, now: datetime) -> Iterator[str]:
    if incident.state is State.RESOLVED:
        yield f"{incident.alert.severity}, it took {words.lasted(incident, now)}"
        if incident.acknowledged_by:
            yield f"{incident.acknowledged_by} had it"
        return
    if incident.reopened:
        yield "came back" if incident.reopened == 1 else f"came back {incident.reopened} times"
    if incident.assigned_to is not None:
        yield f"assigned to {incident.assigned_to.name or incident.assigned_to.id}"
    elif incident.acknowledged_at is None:
        yield "nobody has it yet"
    if incident.acknowledged_at is not None:
        yield f"acknowledged by {incident.acknowledged_by}"
    if incident.snooze is not None:
        yield "snoozed"


def _meaning(incident: Incident, advice: Advice | None) -> str:
    detail = incident.alert.detail
    known = advice is not None and advice.known and advice.meaning not in detail
    return f"{advice.meaning} {detail}" if advice is not None and known else detail


def _box(lines: Iterator[Element]) -> Element | None:
    shown = list(lines)
    return container(shown, emphasis=True, spacing="Medium") if shown else None


def _what_now(incident: Incident, advice: Advice | None, now: datetime) -> Iterator[Element]:
    if not incident.open:
        yield text(run("Resolved ", bold=True), over.resolution(incident))
        return
    if advice and advice.action:
        yield text(run("Do this ", bold=True), advice.action)
    elif incident.evidence.sheet and incident.evidence.sheet.do:
        yield text(run("Do this ", bold=True), *runs(incident.evidence.sheet.do))
    elif incident.alert.job_id and (incident.alert.cause or incident.evidence.quarantine):
        yield text(run("Do this ", bold=True), "Look at the errors; the knowledge base does not know this cause yet.")
    if advice and advice.known and advice.actor:
        yield text(run("Who acts ", bold=True), words.actor(advice))
    if (otherwise := _otherwise(incident, advice, now)) != "":
        yield text(run("If not ", bold=True), otherwise)


def _otherwise(incident: Incident, advice: Advice | None, now: datetime) -> str:
    if incident.evidence.quarantine is not None:
        return outlook.what_entra_does(incident.evidence.quarantine, now)
    return outlook.what_retries_do(advice, incident.evidence.first_seen, now) if advice else ""


def _microsoft_says(incident: Incident, advice: Advice | None) -> Element | None:
    evidence = incident.evidence
    said = evidence.quarantine.error_message if evidence.quarantine else next((e.reason for e in evidence.examples), "")
    if not said or not incident.open or said in _meaning(incident, advice):
        return None
    return text(run("Entra says ", bold=True, subtle=True), run(said, subtle=True), spacing="Medium")


def _buttons(incident: Incident) -> Iterator[Action]:
    if not incident.open:
        return
    job_id, number = incident.alert.job_id, str(incident.number)
    if incident.state is State.OPEN:
        yield button("Acknowledge", "ack", number, style="positive")
        yield button("Assign to me", "assign", f"{number} me")
    if job_id:
        yield button("Show errors", "errors", job_id)
        yield button("Job", "status", job_id)
    if incident.snooze is None:
        yield button("Snooze…", "snooze", number, secondary=True)
    yield button("What happened", "incident", number, secondary=True)
    if job_id and not _waits_for_a_decision(incident):
        yield button("Restart…", "restart", job_id, secondary=True)


def _pages(incident: Incident) -> Iterator[Action | None]:
    yield from (link(title, url) for title, url in incident.evidence.pages)


def _waits_for_a_decision(incident: Incident) -> bool:
    # A restart before the scope is repaired would let the staged deletes through.
    found = incident.evidence.quarantine
    return found is not None and "toomanydeletes" in f"{found.reason}{found.error_code}".lower()


def _footer(now: datetime, seen_after: timedelta | None) -> str:
    seen = "" if seen_after is None else f"Seen {words.duration(seen_after)} after the log row · "
    return f"{seen}{'u' if seen else 'U'}pdated {in_utc(now)}"


def example() -> Card:
    return incident(sample.IN_QUARANTINE, sample.PASSWORD_ADVICE, sample.NOW)
