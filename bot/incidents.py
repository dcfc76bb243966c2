"""From what rules see now to incidents over time: opened, changed, resolved, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from bot.detect import EVERY, Subject
from bot.inhibition import inhibit
from bot.model import Alert, Finding, Incident, Severity, State, Value

REOPEN_WITHIN = timedelta(hours=24)
LINGERS = timedelta(minutes=20)
"""How long what is over still explains what a rule in KQL found: longer than any of them waits to be asked again."""
FLAPS = 3
"""So many returns within REOPEN_WITHIN, and the incident flaps: its card goes on, its notes stop."""


NO_JOB = "the job no longer exists"
"""How an incident ends whose job was deleted."""


class Kind(StrEnum):
    OPENED = "opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    EDITED = "edited"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WAKES_SOON = "wakes soon"
    WOKEN = "woken"
    RELEASED = "released"
    RESOLVED = "resolved"


class Change(Value, frozen=True, kw_only=True):
    """An incident as it is now, and what became of it. EDITED alone is not worth a notification.

    A new incident has number 0 until the store gives it one. `by` is who did it, `why` what ended a snooze.
    """

    kind: Kind
    incident: Incident
    before: Alert | None = None
    by: str = ""
    why: str = ""


def advance(
    known: Mapping[str, Incident],
    findings: Iterable[Finding],
    looked: Set[Subject],
    now: datetime,
    *,
    deleted: Set[str] = frozenset(),
) -> Iterator[Change]:
    """Compare what is found with what is known (open, or resolved not long ago), by fingerprint.

    Only incidents whose rule could look at their job may resolve: missing data is not good news. What is over because
    its job was `deleted` says so.
    """
    findings = list(findings)
    unseen = (each.alert for each in known.values() if each.open and not _could_look(each, looked))
    lately = _over_lately(known, {finding.alert.fingerprint for finding in findings}, looked, now)
    found = {finding.alert.fingerprint: finding for finding in inhibit(findings, unseen, lately)}
    for fingerprint, finding in found.items():
        if (change := _seen(known.get(fingerprint), finding, now)) is not None:
            yield change
    for fingerprint, incident in known.items():
        if incident.open and fingerprint not in found and _could_look(incident, looked):
            ended = NO_JOB if incident.alert.job_id in deleted else ""
            after = moved(incident, now, state=State.RESOLVED, resolved_at=now, ended=ended)
            yield Change(kind=Kind.RESOLVED, incident=after)


def _over_lately(
    known: Mapping[str, Incident], found: Set[str], looked: Set[Subject], now: datetime
) -> Iterator[Alert]:
    """What is over with this look, or was since not long: rules in KQL are asked seldom, and may not know yet."""
    for fingerprint, incident in known.items():
        ends = incident.open and fingerprint not in found and _could_look(incident, looked)
        ended = incident.resolved_at is not None and not incident.open and now - incident.resolved_at < LINGERS
        if ends or ended:
            yield incident.alert


def returns(incident: Incident, now: datetime) -> int:
    """How often it came back lately, counted up to FLAPS + 1; from FLAPS on, telling each time would only be noise."""
    return sum(now - at < REOPEN_WITHIN for at in incident.reopenings)


def worse(after: Severity, before: Severity) -> bool:
    order = list(Severity)
    return order.index(after) < order.index(before)


def _could_look(incident: Incident, looked: Set[Subject]) -> bool:
    rule = incident.alert.rule
    return (rule, incident.alert.job_id) in looked or (rule, EVERY) in looked


def _seen(incident: Incident | None, finding: Finding, now: datetime) -> Change | None:
    if incident is None or (not incident.open and _long_ago(incident, now)):
        new = Incident(
            number=0,
            alert=finding.alert,
            evidence=finding.evidence,
            held_by=finding.held_by,
            peak=finding.evidence.count,
            opened_at=now,
            changed_at=now,
        )
        return Change(kind=Kind.OPENED, incident=new)
    if not incident.open:
        return Change(kind=Kind.REOPENED, incident=_reopened(incident, finding, now))
    return _still_there(incident, finding, now)


def _steady(incident: Incident, finding: Finding) -> Finding:
    """The finding with the severity that the incident has, where it is one that it keeps."""
    has, keeps = incident.alert.severity, finding.keeps
    if keeps is None or not worse(has, finding.alert.severity) or worse(has, keeps):
        return finding
    return replace(finding, alert=replace(finding.alert, severity=has))


def _still_there(incident: Incident, finding: Finding, now: datetime) -> Change | None:
    finding = _steady(incident, finding)
    same = (finding.alert, finding.evidence, finding.held_by) == (incident.alert, incident.evidence, incident.held_by)
    if same:
        return None
    snooze = None if worse(finding.alert.severity, incident.alert.severity) else incident.snooze
    after = moved(
        incident,
        now,
        alert=finding.alert,
        evidence=finding.evidence,
        held_by=finding.held_by,
        peak=max(incident.peak, finding.evidence.count),
        snooze=snooze,
    )
    if incident.held_by and not finding.held_by:
        return Change(kind=Kind.RELEASED, incident=after)
    if _worth_telling(incident.alert, finding.alert):
        return Change(kind=Kind.CHANGED, incident=after, before=incident.alert)
    return Change(kind=Kind.EDITED, incident=after)


def _worth_telling(before: Alert, after: Alert) -> bool:
    # A job that was renamed, or whose name became known, is the same alert under a better title.
    return replace(before, title=after.title, job_name=after.job_name) != after


def _long_ago(incident: Incident, now: datetime) -> bool:
    return incident.resolved_at is None or now - incident.resolved_at > REOPEN_WITHIN


def _reopened(incident: Incident, finding: Finding, now: datetime) -> Incident:
    snooze = incident.snooze if incident.snooze and incident.snooze.until > now else None
    after = moved(
        incident,
        now,
        alert=finding.alert,
        evidence=finding.evidence,
        held_by=finding.held_by,
        state=State.OPEN,
        resolved_at=None,
        ended="",
        peak=max(incident.peak, finding.evidence.count),
        snooze=snooze,
        waiting=None,
        reopened=incident.reopened + 1,
        reopenings=(*incident.reopenings, now)[-FLAPS - 1 :],
    )
    if returns(after, now) >= FLAPS and incident.acknowledged_at is not None:
        return replace(after, state=State.ACKNOWLEDGED)
    return replace(after, acknowledged_at=None, acknowledged_by="", assigned_to=None, assigned_by="")


def moved(incident: Incident, now: datetime, **changes: object) -> Incident:
    """The incident with changes that its cards are to show."""
    return replace(incident, changed_at=now, revision=incident.revision + 1, **changes)  # pyright: ignore[reportArgumentType]
