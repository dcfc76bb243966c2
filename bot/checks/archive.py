"""The file in which Graph's log is kept for history, where there is no workspace: its size and its age."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis
from bot.ports import SourceDown
from cards.words import count, duration

TOPIC = "Archive"
_QUERY = "AADProvisioningLogs | summarize Rows = count(), Oldest = min(TimeGenerated)"


@check(TOPIC, order=80)
async def archive(patient: Patient) -> AsyncIterator[Diagnosis]:
    settings, now = patient.settings, patient.now()
    if settings.workspace_id:
        return
    if settings.archive is None or patient.logs is None:
        told = "History is not kept, so `user` and long `errors` have nothing to look in: set ARCHIVE_FILE, or WORKSPACE_ID."
        yield note(TOPIC, told)
        return
    if not settings.archive_file.exists():
        yield note(TOPIC, "ARCHIVE_FILE is not there yet: the first rows that the bot reads make it.")
        return
    size = megabytes(settings.archive_file)
    try:
        found = await patient.logs.query(_QUERY, timespan=(now - timedelta(days=3_650), now))
    except SourceDown as error:
        # DuckDB gives a file to one process at a time.
        locked = "lock" in str(error)
        yield (
            note(TOPIC, f"{size}; the bot that runs is using it, so ask it by `doctor` in chat.")
            if locked
            else fault(TOPIC, f"{size}; {error} Move ARCHIVE_FILE away, and a new one is begun.")
        )
        return
    yield well(TOPIC, f"{size}, {_extent(found[0].get('Rows'), found[0].get('Oldest'), now)}.")


def _extent(rows: object, oldest: object, now: datetime) -> str:
    told = count(rows if isinstance(rows, int) else 0, "row")
    return f"{told}, the oldest {duration(now - oldest)} old" if isinstance(oldest, datetime) else told


def megabytes(file: Path) -> str:
    """The size of a file, as people say it."""
    return f"{file.stat().st_size / 2**20:,.1f} MB"
