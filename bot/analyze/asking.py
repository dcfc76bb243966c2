"""`--kql`: a query over downloads, in the same locked store and by the same translation as the bot's own queries."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bot.adapters.kql import rows as shape
from bot.adapters.kql.answer import Row, Table
from bot.adapters.kql.tables import PROVISIONING, columns
from bot.adapters.local_logs import LocalLogs
from bot.analyze.reading import Reader
from bot.ports import BadSettings, Refusal, SourceDown

MOST_ROWS = 100_000
SECONDS = 600.0
_NAMES = list(columns()[PROVISIONING])
_ID, _AT = _NAMES.index("Id"), _NAMES.index("TimeGenerated")


async def asked(reader: Reader, kql: str, folder: Path) -> Table:
    """The answer; now() is the time of the newest row. Raises BadSettings for a query that cannot be run."""
    from bot.adapters.kql.translate import translate

    logs = LocalLogs(folder / "log.duckdb", memory="400MB")
    try:
        translate(kql, spanned=False, rows=MOST_ROWS + 1)  # so that a mistake is told before anything is read
        newest = await fill(logs, reader)
        return await logs.query(kql, now=newest, max_rows=MOST_ROWS, timeout=SECONDS)
    except (Refusal, SourceDown) as error:
        raise BadSettings(str(error)) from None
    finally:
        await logs.close()


async def fill(logs: LocalLogs, reader: Reader) -> datetime | None:
    """Put every row into the store, each once; the time of the newest."""
    known: set[bytes] = set()
    newest: datetime | None = None
    async for part in reader.parts():
        fresh: dict[bytes, Row] = {}
        for row in part.rows:
            key = blake2b(str(row[_ID]).encode("utf-8", "replace"), digest_size=8).digest()
            if key not in known:
                fresh[key] = _timed(row)
        known.update(fresh)
        if fresh:
            await logs.append_rows(list(fresh.values()))
            last = max(row[_AT] for row in fresh.values())
            newest = last if newest is None else max(newest, last)
    return newest


def _timed(row: Row) -> tuple[Any, ...]:
    """The row with its time as the store keeps it, which came as text; that is its time of ingestion, too."""
    at = shape.moment(row[_AT])
    return (*row[:_AT], at, *row[_AT + 1 :], at)
