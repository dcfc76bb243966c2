"""Who is on call: whom somebody named in chat, for as long as they said, or else whom the settings name; and what they may."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.adapters.store import Transaction
from bot.escalation import concerns
from bot.model import PERSON, Incident, Person
from bot.model.held import Duty
from bot.model.routes import OnCall
from bot.route_words import closed
from bot.routing import Book, places

NOBODY = "nobody in the directory has this object id"


async def on_call(tx: Transaction, arranged: OnCall | None, now: datetime) -> Duty | None:
    """None where nobody is. How long each has, and from which severity on, is the settings' affair."""
    said = await tx.wishes.duty()
    known = {each.id.lower(): each for each in await tx.people.met()}
    if said is not None and (said.until is None or now < said.until):
        found = said
        if arranged is not None:
            found = replace(said, minutes=arranged.minutes, severity=arranged.severity)
    elif arranged is not None:
        people = tuple(Person(id=each) for each in arranged.people)
        found = Duty(people=people, minutes=arranged.minutes, severity=arranged.severity)
    else:
        return None
    return replace(found, people=tuple(known.get(each.id.lower(), each) for each in found.people))


def shut(duty: Duty | None, book: Book) -> dict[str, str]:
    """Why some of those on call cannot be reached: there is no such person, or their chat is closed to the bot; by object
    id in small letters.
    """
    if duty is None:
        return {}
    find = places(book)
    known = {each.id.lower(): find(PERSON + each.id) for each in duty.people}
    closed_to = {who: closed(place) for who, place in known.items() if place is not None and not place.active}
    return closed_to | dict.fromkeys(duty.absent, NOBODY)


async def unreached(tx: Transaction, duty: Duty | None, book: Book) -> dict[str, str]:
    """The same of those, too, of whom what was last sent to them was given up."""
    refused, find = await tx.told.refusals(), places(book)
    known = {each.id.lower(): find(PERSON + each.id) for each in (duty.people if duty is not None else ())}
    given_up = {who: refused[at.id] for who, at in known.items() if at is not None and at.id in refused}
    return given_up | shut(duty, book)


def may_take(person: Person, incident: Incident, duty: Duty | None) -> bool:
    """Whether somebody may acknowledge it without being an operator: who is on call for it, or was asked about it already."""
    asked = incident.waiting.asked if incident.waiting else ()
    called = duty.people if duty is not None and concerns(incident, duty) else ()
    return person.id.lower() in {each.id.lower() for each in (*called, *(one.person for one in asked))}
