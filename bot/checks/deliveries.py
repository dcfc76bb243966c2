"""Cards and notes that have not reached Teams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot import route_words
from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Undelivered
from cards.words import count, duration

TOPIC = "Deliveries"
LATE = timedelta(minutes=5)


@check(TOPIC, order=90)
async def deliveries(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        owed = await tx.owing.all()
        oldest = await tx.owing.oldest(patient.now())
    if not owed:
        yield well(TOPIC, "Everything has been delivered.")
    for each in owed:
        yield _told(each)
    for late in oldest:
        if (age := patient.now() - late.since) > LATE:
            where = route_words.where(late.conversation.id, late.conversation, {})
            text = (
                f"A {late.kind} for {where} waits for {duration(age)} by now, after {count(late.attempts, 'attempt')}."
            )
            yield fault(TOPIC, f"{text} The command undelivered lists what waits.")


def _told(each: Undelivered) -> Diagnosis:
    what = count(each.count, each.kind.value)
    if each.dead:
        mend = "The command undelivered lists them; once the reason is mended, undelivered retry all sends them again."
        return fault(TOPIC, f"{what} given up, the last because: {each.reason.rstrip('.')}. {mend}")
    return note(TOPIC, f"{what} not delivered yet; if that stays so, see whether Teams can be reached from here.")
