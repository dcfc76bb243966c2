"""The machine's clock against a server's: tokens are refused where they differ by more than a few minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis
from bot.ports import SourceDown

TOPIC = "Clock"
KEYS = "Teams' keys"
NOTED, MOST = timedelta(seconds=30), timedelta(minutes=5)


@check(TOPIC, order=30)
async def clock(patient: Patient) -> AsyncIterator[Diagnosis]:
    try:
        there = await patient.server_time()
    except SourceDown as error:
        yield fault(KEYS, f"Nobody in Teams can be answered: {error}")
        return
    yield well(KEYS, "The keys that sign what Teams sends can be fetched.")
    if there is None:
        yield note(TOPIC, "The server of Teams' keys does not tell the time, so the clock was not compared.")
        return
    off = patient.now() - there
    said = f"{abs(off.total_seconds()):.0f} s {'ahead of' if off > timedelta() else 'behind'} Microsoft's"
    if abs(off) >= MOST:
        yield fault(TOPIC, f"The clock is {said}, so tokens are refused: let the machine set it by NTP.")
    elif abs(off) >= NOTED:
        yield note(TOPIC, f"The clock is {said}; from 5 minutes on tokens are refused: let the machine set it by NTP.")
    else:
        yield well(TOPIC, "The clock is right.")
