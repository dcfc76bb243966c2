"""The watch: when it looked into the logs last, whichever replica did, and whether it could read them then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from bot.doctor import Patient, check, fault, note, well
from bot.health import patience
from bot.model import Diagnosis
from cards.words import duration, moment

TOPIC = "Watch"
LATE = timedelta(minutes=5)


@check(TOPIC, order=55)
async def watching(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        last, read_at = await tx.pulse.get(), await tx.reading.read_at()
    if last is None:
        return  # the sources say that they were never read
    ago, longest = duration(age := patient.now() - last.at), patience(patient.settings.watch_seconds)
    if age <= max(LATE, 3 * timedelta(seconds=patient.settings.watch_seconds)):
        unread = {name: at for name, at in _read(patient, read_at).items() if last.at - at > longest}
        yield _looked(patient, ago, unread)
    elif patient.health.states():
        yield fault(
            TOPIC, f"Nobody has looked into the logs for {ago}: see what the log of the replica that leads says."
        )
    else:
        # Nothing runs in this process, or a replica that does not lead, and reads no source.
        said = "start the bot with `python app.py serve`, or see what the log of the replica that leads says."
        yield note(TOPIC, f"Nobody has looked into the logs for {ago}: {said}")


def _read(patient: Patient, read_at: Mapping[str, datetime]) -> Mapping[str, datetime]:
    """When each source was read last: an answer without rows is known to the replica that reads alone."""
    here = {each.name: each.answered_at for each in patient.health.states() if each.answered_at is not None}
    known = {
        name: [times[name] for times in (read_at, here) if name in times] for name in patient.settings.sources_to_read
    }
    return {name: max(times) for name, times in known.items() if times}


def _looked(patient: Patient, ago: str, unread: Mapping[str, datetime]) -> Diagnosis:
    said = f"The logs were looked into {ago} ago"
    if not unread:
        return well(TOPIC, f"{said}.")
    now = patient.now()
    silent = " and ".join(f"of {name} since {moment(at, now)}" for name, at in unread.items())
    fails = {each.name for each in patient.health.states() if each.failing_since is not None}
    return (fault if fails & unread.keys() else note)(TOPIC, f"{said}, but nothing was read {silent}: see Sources.")
