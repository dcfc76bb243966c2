"""The short plain texts in an incident's thread, and the one line of a notification."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Alert, Incident, Person, Severity
from cards import over, words
from cards.plain import SHORT, unformatted


def _name(incident: Incident) -> str:
    return f"#{incident.number} {unformatted(over.title(incident), 150)}"


def summary(incident: Incident) -> str:
    """The notification of a card: how bad, what, which number."""
    how = incident.alert.severity.capitalize() if incident.open else "Resolved"
    return f"{how}: {unformatted(over.title(incident), 150)} (#{incident.number})"


def acknowledged(incident: Incident) -> str:
    return f"{unformatted(incident.acknowledged_by, SHORT)} has acknowledged {_name(incident)}."


def resolved(incident: Incident) -> str:
    """Told once, with how long it took, and how it ended where its own data do not say so."""
    took = words.lasted(incident, incident.changed_at)
    how = f", {incident.ended}" if incident.ended else ""
    return f"Resolved after {took}{how}: {_name(incident)}."


def reopened(incident: Incident) -> str:
    """Told when a resolved incident is seen again."""
    times = "" if incident.reopened <= 1 else f", {incident.reopened} times by now"
    return f"It came back{times}: {_name(incident)}. Nobody has it yet."


def flapping(incident: Incident) -> str:
    """Told when it begins to come and go; after it the card alone goes on."""
    return f"It comes and goes, {incident.reopened} times by now: {_name(incident)}. From here on only its card tells, until it is steady for a day."


def assigned(incident: Incident) -> str:
    who = incident.assigned_to
    name = unformatted((who.name or who.id) if who else "nobody", SHORT)
    by = unformatted(incident.assigned_by, SHORT)
    return f"{name} has taken {_name(incident)}." if name == by else f"{by} has given {_name(incident)} to {name}."


def snoozed(incident: Incident) -> str:
    """Told with who wanted it, until when and why, since from now on there are no more notes."""
    found = incident.snooze
    if found is None:
        return ""
    by, why = unformatted(found.by.name or found.by.id, SHORT), unformatted(found.reason)
    return f"{by} has snoozed {_name(incident)} until {words.snoozed_until(found, incident.changed_at)}. Reason: {why}"


def wakes_soon(incident: Incident) -> str:
    """Told to the author before the snooze ends."""
    found = incident.snooze
    if found is None:
        return ""
    by, left = unformatted(found.by.name or found.by.id, SHORT), words.duration(found.until - incident.changed_at)
    return f"{by}, your snooze of {_name(incident)} ends in {left}."


def woken(incident: Incident, why: str, by: str) -> str:
    end = f"{unformatted(by, SHORT)} has ended the snooze" if by else f"The snooze has ended, {why}"
    return f"{end}: {_name(incident)}."


def changed(incident: Incident, before: Alert) -> str:
    """What is worth telling of a change: the severity, the reason or the title."""
    if incident.alert.severity is not before.severity:
        return severity_changed(incident, before.severity)
    if incident.alert.detail != before.detail:
        return reason_changed(incident)
    return f"{_name(incident)} (before: {unformatted(before.title, 150)})."


def severity_changed(incident: Incident, before: Severity) -> str:
    order = list(Severity)
    worse = order.index(incident.alert.severity) < order.index(before)
    return f"{'Raised' if worse else 'Lowered'} from {before} to {incident.alert.severity}: {_name(incident)}."


def reason_changed(incident: Incident) -> str:
    return f"The reason has changed: {_name(incident)}. {unformatted(incident.alert.detail)}"


def called(person: Person) -> str:
    """The name under which somebody stands in a note."""
    return unformatted(person.name, SHORT) or "Somebody on call"


def escalated(incident: Incident, to: Person, waited: timedelta, closed: str = "") -> str:
    """Told when somebody on call is asked; `closed` says why their own chat cannot be reached."""
    asked = f"cannot be reached in chat: {unformatted(closed)}" if closed else "is asked now."
    who = f"{called(to)} is on call and" if to.name else called(to)
    return f"Nobody has taken {_name(incident)} for {words.duration(waited)}. {who} {asked}"


def spent(incident: Incident, rounds: int) -> str:
    """Told when everybody on call was asked in vain."""
    return f"Everybody on call was asked {rounds} times, and nobody has taken {_name(incident)}."


def reminder(incident: Incident, waited: timedelta) -> str:
    """Told ever more seldom while nobody acts."""
    return f"Still open for {words.duration(waited)}, and nobody has taken it: {_name(incident)}."
