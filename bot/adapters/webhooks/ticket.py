"""An incident as a ServiceNow record: which fields say what, and which of them have changed since they were last said.

What was last said stands in the record itself (correlation_display), so that what people in ServiceNow have changed since
is theirs: a priority is set anew only when the severity changes, a state only when the incident's does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from bot.model import Incident, Severity, State, Value
from cards import over
from cards.plain import clean

PRIORITIES: Mapping[Severity, tuple[str, str]] = {
    Severity.CRITICAL: ("1", "1"),
    Severity.HIGH: ("2", "1"),
    Severity.MEDIUM: ("2", "2"),
    Severity.LOW: ("3", "2"),
}
"""Impact and urgency, which ServiceNow makes the priority of: 1, 2, 3 and 4."""

NEW, IN_PROGRESS, RESOLVED, CLOSED, CANCELLED = "1", "2", "6", "7", "8"
_CODE_TAG = re.compile(r"\[(/?\s*code\s*)\]", re.IGNORECASE)

Fields = dict[str, str]


class Said(Value, frozen=True, kw_only=True):
    """What was said of an incident: its state, its severity, and a mark of its texts."""

    state: str
    severity: str
    texts: str

    def __str__(self) -> str:
        return f"Syncwatch: {self.state}, {self.severity}, {self.texts}"


def said(incident: Incident) -> Said:
    """What is to be said now. Nothing counts here that moves by itself: each change is a line in the record's history."""
    alert = incident.alert
    texts = "\0".join((alert.title, alert.detail, alert.job_name, alert.cause.key if alert.cause else ""))
    mark = hashlib.sha256(texts.encode()).hexdigest()[:12]
    return Said(state=incident.state.value, severity=alert.severity.value, texts=mark)


def opening(incident: Incident, correlation: str, close_code: str) -> Fields:
    """The fields of a new record."""
    fields = {"correlation_id": correlation, "correlation_display": str(said(incident))}
    fields |= _texts(incident) | _priority(incident)
    if incident.state is State.RESOLVED:
        fields |= _resolution(incident, close_code)
    elif incident.state is State.ACKNOWLEDGED:
        fields["state"] = IN_PROGRESS
    return fields


def changes(incident: Incident, state: str, display: str, close_code: str) -> Fields:
    """The fields that are to be changed of a record in this state; none where it says all there is to say."""
    now, before = said(incident), _read(display)
    if now == before:
        return {}
    fields: Fields = {"correlation_display": str(now)}
    if before is None or before.texts != now.texts:
        fields |= _texts(incident)
    if before is None or before.severity != now.severity:
        fields |= _priority(incident)
    if before is None or before.state != now.state:
        fields |= _state(incident, before, state, close_code)
    return fields


def words(text: str, limit: int = 4000) -> str:
    """Text as ServiceNow shows it: [code] would let it be read as HTML in work notes."""
    lines = [clean(line, limit) for line in text.splitlines()]
    return _CODE_TAG.sub(r"［\1］", "\n".join(lines))[:limit]


def _state(incident: Incident, before: Said | None, state: str, close_code: str) -> Fields:
    if incident.state is State.RESOLVED:
        return _resolution(incident, close_code) if state not in (RESOLVED, CLOSED, CANCELLED) else {}
    came_back = before is not None and before.state == State.RESOLVED.value and state == RESOLVED
    taken = incident.state is State.ACKNOWLEDGED and state == NEW
    return {"state": IN_PROGRESS} if came_back or taken else {}


def _resolution(incident: Incident, close_code: str) -> Fields:
    return {"state": RESOLVED, "close_code": close_code, "close_notes": words(over.resolution(incident))}


def _priority(incident: Incident) -> Fields:
    impact, urgency = PRIORITIES[incident.alert.severity]
    return {"impact": impact, "urgency": urgency}


def _texts(incident: Incident) -> Fields:
    alert = incident.alert
    lines = [
        alert.detail,
        "",
        f"Job: {alert.job_name}" if alert.job_name else "",
        f"Cause: {alert.cause.key}" if alert.cause else "",
        f"Opened: {incident.opened_at:%Y-%m-%d %H:%M} UTC",
        f"Rule: {alert.rule}, Syncwatch incident {incident.number}",
        *(f"{text}: {url}" for text, url in incident.evidence.pages),
    ]
    description = words("\n".join(line for index, line in enumerate(lines) if line or index == 1))
    return {"short_description": words(alert.title, 160), "description": description}


def _read(text: str) -> Said | None:
    found = re.fullmatch(r"Syncwatch: (\w+), (\w+), ([0-9a-f]{12})", text)
    return Said(state=found[1], severity=found[2], texts=found[3]) if found else None
