"""Who is on call: whom somebody named in chat, for as long as they said, or else whom the settings name."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.adapters.store import Transaction
from bot.model import Person
from bot.model.held import Duty
from bot.model.routes import OnCall


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
