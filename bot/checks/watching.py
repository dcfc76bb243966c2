"""The watch: when it looked into the logs last, whichever replica did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis
from cards.words import duration

TOPIC = "Watch"
LATE = timedelta(minutes=5)


@check(TOPIC, order=55)
async def watching(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        last = await tx.pulse.get()
    if last is None:
        return  # the sources say that they were never read
    ago = duration(age := patient.now() - last.at)
    if age <= max(LATE, 3 * timedelta(seconds=patient.settings.watch_seconds)):
        yield well(TOPIC, f"The logs were looked into {ago} ago.")
    elif patient.health.states():
        yield fault(
            TOPIC, f"Nobody has looked into the logs for {ago}: see what the log of the replica that leads says."
        )
    else:
        # Nothing runs in this process, or a replica that does not lead, and reads no source.
        said = "start the bot with `python app.py serve`, or see what the log of the replica that leads says."
        yield note(TOPIC, f"Nobody has looked into the logs for {ago}: {said}")
