"""Whether those who are on call can be asked, and what they can do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, note, well
from bot.model import PERSON, Diagnosis, Person
from bot.on_call import on_call
from bot.route_words import closed
from bot.routes import Routes
from bot.routing import places
from cards.words import count

TOPIC = "On call"


@check(TOPIC, order=89)
async def people_on_call(patient: Patient) -> AsyncIterator[Diagnosis]:
    routes = patient.routes or Routes()
    async with patient.store.look() as tx:
        duty = await on_call(tx, routes.arranged.oncall, patient.now())
        book = await routes.book(tx)
    if duty is None:
        return
    operators, find = {each.lower() for each in patient.settings.operators}, places(book)
    able = 0
    for person in duty.people:
        place = find(PERSON + person.id)
        if place is not None and not place.active:
            yield note(TOPIC, f"{_name(person)} cannot be reached: {closed(place).rstrip('.')}.")
            continue
        able += 1
        if person.id.lower() not in operators:
            said = "is no operator, so they can acknowledge what goes to them and do no more: OPERATORS lets them do the rest."
            yield note(TOPIC, f"{_name(person)} {said}")
    if able:
        yield well(TOPIC, f"{count(able, 'person', 'people')} can be asked after {count(duty.minutes, 'minute')}.")


def _name(person: Person) -> str:
    return person.name or person.id
