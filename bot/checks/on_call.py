"""Whether those who are on call can be asked, and what they can do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from msgspec.structs import replace

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Person
from bot.model.held import Duty
from bot.on_call import NOBODY, on_call, unreached
from bot.ports import SourceDown
from bot.routes import Routes
from cards.words import count

TOPIC = "On call"
MANY = 8
"""Questions to the directory that are under way at once."""


@check(TOPIC, order=89)
async def people_on_call(patient: Patient) -> AsyncIterator[Diagnosis]:
    routes = patient.routes or Routes()
    async with patient.store.look() as tx:
        duty = await on_call(tx, routes.arranged.oncall, patient.now())
        lost = await unreached(tx, duty, await routes.book(tx))
    if duty is None:
        return
    operators, able = {each.lower() for each in patient.settings.operators}, 0
    for person, known in zip(*await _in_the_directory(patient, duty.people), strict=True):
        if not known:
            yield fault(
                TOPIC,
                f"{_name(person)} cannot be asked: {NOBODY}. {_mend(duty, routes)}",
            )
        elif why := lost.get(person.id.lower()):
            yield fault(
                TOPIC,
                f"{_name(person)} cannot be reached: {why.rstrip('.')}. Until then they are passed over.",
            )
        else:
            able += 1
            if person.id.lower() not in operators:
                said = "is no operator, so they can acknowledge what goes to them and do no more: OPERATORS lets them do the rest."
                yield note(TOPIC, f"{person.name or person.id} {said}")
    if able:
        yield well(TOPIC, f"{count(able, 'person', 'people')} can be asked after {count(duty.minutes, 'minute')}.")


async def _in_the_directory(patient: Patient, people: Sequence[Person]) -> tuple[list[Person], list[bool]]:
    """With the names that are told there, and whether there is such a person; of whom nothing is told, there is."""
    at_once = asyncio.Semaphore(MANY)

    async def asked(person: Person) -> str | None:
        if patient.directory is None:
            return ""
        async with at_once:
            try:
                return await patient.directory(person.id)
            except SourceDown:
                return ""  # what is wrong with Graph is told by the checks of it

    told = await asyncio.gather(*map(asked, people))
    named = [replace(person, name=person.name or name or "") for person, name in zip(people, told, strict=True)]
    return named, [name is not None for name in told]


def _name(person: Person) -> str:
    """With the object id, by which whoever mends it finds it again."""
    return f"{person.name} ({person.id})" if person.name else person.id


def _mend(duty: Duty, routes: Routes) -> str:
    if duty.set_by is not None:
        return "Name others in chat: oncall @Somebody, or oncall reset."
    return f"Mend people of [oncall] in {routes.arranged.file or 'the file of ROUTES'}."
