"""The logs and what is around the jobs: whether each source answers and was read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, SourceState
from cards.words import duration

TOPIC = "Sources"
LONG = timedelta(hours=1)


@check(TOPIC, order=60)
async def sources(patient: Patient) -> AsyncIterator[Diagnosis]:
    states = patient.health.states()
    now = patient.now()
    for state in states:
        yield _heard(state, now)
    if states:
        return
    async with patient.store.look() as tx:
        read_at = await tx.reading.read_at()
    for name in patient.settings.sources_to_read:
        yield _remembered(name, read_at.get(name), now)


def _heard(state: SourceState, now: datetime) -> Diagnosis:
    """Of the bot that runs here."""
    if state.failing_since is not None:
        return fault(TOPIC, f"{state.name} has failed for {duration(now - state.failing_since)}: {state.sentence}")
    late = "" if state.lag is None else f", and its rows come {duration(timedelta(seconds=state.lag))} after their time"
    at = now if state.answered_at is None else state.answered_at
    return well(TOPIC, f"{state.name} answered {duration(now - at)} ago{late}.")


def _remembered(name: str, at: datetime | None, now: datetime) -> Diagnosis:
    """Of a bot that runs in another process, or does not run."""
    if at is None:
        return note(TOPIC, f"{name} was never read: start the bot with `python app.py serve`.")
    if now - at > LONG:
        told = (
            f"Nothing of {name} was stored for {duration(now - at)}: if the log has newer rows, see that the bot runs."
        )
        return note(TOPIC, told)
    return well(TOPIC, f"{name} was read {duration(now - at)} ago.")
