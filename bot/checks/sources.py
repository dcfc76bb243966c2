"""The logs and what is around the jobs: whether each source answers and was read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.doctor import Patient, check, fault, note, well
from bot.health import patience
from bot.model import Diagnosis, SourceState
from bot.ports import Refusal, SourceDown
from cards.words import duration, moment

TOPIC = "Sources"


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
    longest = patience(patient.settings.watch_seconds)
    for name in patient.settings.sources_to_read:
        yield await _asked(patient, name, read_at.get(name)) or _remembered(name, read_at.get(name), now, longest)


def _heard(state: SourceState, now: datetime) -> Diagnosis:
    """Of the bot that runs here."""
    if state.failing_since is not None:
        return fault(TOPIC, f"{state.name} has failed for {duration(now - state.failing_since)}: {state.sentence}")
    at = now if state.answered_at is None else state.answered_at
    return well(TOPIC, f"{state.name} answered {duration(now - at)} ago{_late(state.lag)}.")


def _late(lag: float | None) -> str:
    """More than the delay of the workspace, which the rows had before the bot could find them."""
    if lag is None:
        return ""
    return (
        f"; its newest rows were read {duration(timedelta(seconds=lag))} after their time, the wait for a look included"
    )


async def _asked(patient: Patient, name: str, at: datetime | None) -> Diagnosis | None:
    """A source that does not answer here either; None where it does, or where nobody can ask."""
    if patient.ask_source is None:
        return None
    try:
        await patient.ask_source(name)
    except (SourceDown, Refusal) as error:
        last = "It was never read." if at is None else f"It was last read at {moment(at, patient.now())}."
        return fault(TOPIC, f"{name} fails: {error} {last}")
    return None


def _remembered(name: str, at: datetime | None, now: datetime, longest: timedelta) -> Diagnosis:
    """Of a bot that runs in another process, or does not run."""
    if at is None:
        return note(TOPIC, f"{name} was never read: start the bot with `python app.py serve`.")
    if now - at > longest:
        since = f"Nothing was read of {name} since {moment(at, now)}, for {duration(now - at)}"
        return note(TOPIC, f"{since}: see that the bot runs, and what its log says.")
    return well(TOPIC, f"{name} was read {duration(now - at)} ago.")
