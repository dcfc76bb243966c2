"""The database: opened and up to date, or the bot would not be here; and whether it can be written."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, fault, well
from bot.model import Diagnosis

TOPIC = "Database"


@check(TOPIC, order=10)
async def database(patient: Patient) -> AsyncIterator[Diagnosis]:
    if said := await patient.store.why_not_written():
        yield fault(
            TOPIC, f"It opens but cannot be written ({said}): give the bot the right to write DATABASE_URL's file."
        )
        return
    yield well(TOPIC, f"It opens, can be written, and its tables are up to date ({patient.store.revision}).")
