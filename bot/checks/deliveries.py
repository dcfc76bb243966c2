"""Cards and notes that have not reached Teams."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Undelivered
from cards.words import count

TOPIC = "Deliveries"


@check(TOPIC, order=90)
async def deliveries(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        owed = await tx.owing.all()
        watching = await tx.conversations.watching()
    if not watching:
        yield note(TOPIC, "Nobody watches, so no incident is shown: add the app to a team, or write `watch` in a chat.")
    elif not owed:
        yield well(TOPIC, f"{count(len(watching), 'conversation')} watching, and everything has been delivered.")
    for each in owed:
        yield _told(each)


def _told(each: Undelivered) -> Diagnosis:
    what = count(each.count, each.kind.value)
    if each.dead:
        mend = "See that the app is still installed there; the next change of an incident tries its card again."
        return fault(TOPIC, f"{what} given up, the last because: {each.reason.rstrip('.')}. {mend}")
    return note(TOPIC, f"{what} not delivered yet; if that stays so, see whether Teams can be reached from here.")
