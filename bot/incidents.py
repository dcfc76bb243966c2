"""From what rules see now to incidents over time: opened, changed, resolved, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from bot.detect import EVERY, Subject
from bot.model import Alert, Finding, Incident, Person, State, Value

REOPEN_WITHIN = timedelta(hours=24)


class Kind(StrEnum):
    OPENED = "opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    EDITED = "edited"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Change(Value, frozen=True, kw_only=True):
    """An incident as it is now, and what became of it. EDITED alone is not worth a notification.

    A new incident has number 0 until the store gives it one.
    """

    kind: Kind
    incident: Incident
    before: Alert | None = None


def advance(
    known: Mapping[str, Incident], findings: Iterable[Finding], looked: Set[Subject], now: datetime
) -> Iterator[Change]:
    """Compare what is found with what is known (open, or resolved not long ago), by fingerprint.

    Only incidents whose rule could look at their job may resolve: missing data is not good news.
    """
    found = {finding.alert.fingerprint: finding for finding in findings}
    for fingerprint, finding in found.items():
        if (change := _seen(known.get(fingerprint), finding, now)) is not None:
            yield change
    for fingerprint, incident in known.items():
        if incident.open and fingerprint not in found and _could_look(incident, looked):
            yield Change(kind=Kind.RESOLVED, incident=_moved(incident, now, state=State.RESOLVED, resolved_at=now))


def _could_look(incident: Incident, looked: Set[Subject]) -> bool:
    rule = incident.alert.rule
    return (rule, incident.alert.job_id) in looked or (rule, EVERY) in looked


def _seen(incident: Incident | None, finding: Finding, now: datetime) -> Change | None:
    if incident is None or (not incident.open and _long_ago(incident, now)):
        new = Incident(number=0, alert=finding.alert, evidence=finding.evidence, opened_at=now, changed_at=now)
        return Change(kind=Kind.OPENED, incident=new)
    if not incident.open:
        return Change(kind=Kind.REOPENED, incident=_reopened(incident, finding, now))
    if _worth_telling(incident.alert, finding.alert):
        after = _moved(incident, now, alert=finding.alert, evidence=finding.evidence)
        return Change(kind=Kind.CHANGED, incident=after, before=incident.alert)
    if finding.evidence != incident.evidence or finding.alert != incident.alert:
        after = _moved(incident, now, alert=finding.alert, evidence=finding.evidence)
        return Change(kind=Kind.EDITED, incident=after)
    return None


def _worth_telling(before: Alert, after: Alert) -> bool:
    # A job that was renamed, or whose name became known, is the same alert under a better title.
    return replace(before, title=after.title, job_name=after.job_name) != after


def _long_ago(incident: Incident, now: datetime) -> bool:
    return incident.resolved_at is None or now - incident.resolved_at > REOPEN_WITHIN


def _reopened(incident: Incident, finding: Finding, now: datetime) -> Incident:
    return _moved(
        incident,
        now,
        alert=finding.alert,
        evidence=finding.evidence,
        state=State.OPEN,
        resolved_at=None,
        acknowledged_at=None,
        acknowledged_by="",
        reopened=incident.reopened + 1,
    )


def acknowledge(incident: Incident, person: Person, now: datetime) -> Change:
    """The incident in somebody's hands. A resolved one is the caller's to refuse."""
    by = person.name or person.id
    after = _moved(incident, now, state=State.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by)
    return Change(kind=Kind.ACKNOWLEDGED, incident=after)


def _moved(incident: Incident, now: datetime, **changes: object) -> Incident:
    return replace(incident, changed_at=now, revision=incident.revision + 1, **changes)  # pyright: ignore[reportArgumentType]
