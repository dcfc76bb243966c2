"""The short plain texts in an incident's thread, and the one line of a notification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.model import Alert, Asked, Incident, Person, Severity, Waiting
from cards import asked, over, words
from cards.plain import SHORT, unformatted

MOST_UNREACHED = 1_000
"""Letters for the people who could not be reached, with the reasons."""


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


def escalated(incident: Incident, to: Person, waited: timedelta, missed: Sequence[Asked] = ()) -> str:
    """Told when somebody on call is asked; `missed` are those whose turn it was before, and who could not be reached."""
    who = f"{called(to)} is on call and" if to.name else called(to)
    lost = f" Could not be reached: {_unreached(missed)}." if missed else ""
    return (
        f"Nobody has taken {_name(incident)} for {words.duration(waited)}.{lost} {who} is {_tried(incident, to)} now."
    )


def _tried(incident: Incident, to: Person) -> str:
    turns = [each for each in incident.waiting.asked if each.person.id == to.id] if incident.waiting else []
    # Whoever was out of reach may be so still: nobody shall rely on them.
    return "tried again" if len(turns) > 1 and turns[-2].missed else "asked"


def spent(incident: Incident, waiting: Waiting) -> str:
    """Told when there is nobody left on call to ask."""
    lost = _unreached(waiting.unreached)
    if not waiting.reached:
        return f"Nobody on call could be reached: {lost}. Nobody has taken {_name(incident)}."
    also = f" Could not be reached: {lost}." if lost else ""
    return f"{words.capital(asked.in_vain(waiting))}, and nobody has taken {_name(incident)}.{also}"


def _unreached(some: Sequence[Asked]) -> str:
    return unformatted(asked.unreached(some), MOST_UNREACHED)


def reminder(incident: Incident, waited: timedelta) -> str:
    """Told ever more seldom while nobody acts."""
    return f"Still open for {words.duration(waited)}, and nobody has taken it: {_name(incident)}."
