"""Whom the rows of a kept log are about: a narrow table beside the wide one, so that one person is found at once.

The engine has no index on words. Each identity is kept once as text, and each time at which it stands in the log as 16
bytes; a question about somebody becomes a few dozen rows, and only those are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.adapters.kql.answer import Row
from bot.adapters.kql.tables import AUDITS, HIDDEN, PROVISIONING, columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 5_000
"""Times that a question about somebody may come to: the newest ones."""

_NAMES = list(columns()[PROVISIONING])
_AT = _NAMES.index("TimeGenerated")
_IDENTITIES = (_NAMES.index("SourceIdentity"), _NAMES.index("TargetIdentity"))

DDL = (
    f"CREATE TABLE IF NOT EXISTS {HIDDEN}.identities (key BIGINT, words VARCHAR)",
    f"CREATE TABLE IF NOT EXISTS {HIDDEN}.mentions (key BIGINT, written TIMESTAMP)",
)

_PLACES = {
    name: (list(columns()[name]).index("Id"), list(columns()[name]).index("TimeGenerated"))
    for name in (PROVISIONING, AUDITS)
}
_KNOWN = """SELECT "Id" FROM {table}
    WHERE "TimeGenerated" >= $first AND "TimeGenerated" <= $last AND "Id" IN (SELECT unnest($ids))"""
_NEW = f"""INSERT INTO {HIDDEN}.identities SELECT key, words FROM
    (SELECT unnest($keys) AS key, unnest($words) AS words) WHERE key NOT IN (SELECT key FROM {HIDDEN}.identities)"""  # noqa: S608
_TIMES = f"""SELECT DISTINCT written FROM {HIDDEN}.mentions WHERE key IN (SELECT key FROM {HIDDEN}.identities
    WHERE list_bool_or(list_transform($about, lambda word: contains(words, word))))
    AND written >= $first AND written <= $last ORDER BY written DESC LIMIT {MOST}"""  # noqa: S608
_ROWS = f"""SELECT rowid FROM {HIDDEN}."{PROVISIONING}" WHERE "TimeGenerated" IN (SELECT unnest($times))"""  # noqa: S608
_FORGET = (
    f'DELETE FROM {HIDDEN}."{PROVISIONING}" WHERE "TimeGenerated" < $before',  # noqa: S608
    f'DELETE FROM {HIDDEN}."{AUDITS}" WHERE "TimeGenerated" < $before',  # noqa: S608
    f"DELETE FROM {HIDDEN}.mentions WHERE written < $before",  # noqa: S608
)
_FORGET_NOBODYS = f"DELETE FROM {HIDDEN}.identities WHERE key NOT IN (SELECT key FROM {HIDDEN}.mentions)"  # noqa: S608


def fresh(cursor: DuckDBPyConnection, table: str, made: Sequence[Row]) -> list[Row]:
    """The rows that a table does not keep yet, each once; the columns Id and TimeGenerated tell."""
    named, written = _PLACES[table]
    by_id: dict[object, Row] = {row[named] or row: row for row in made}
    if not by_id:
        return []
    times = [row[written] for row in by_id.values()]
    ids = [row[named] for row in by_id.values()]
    known_ids = _KNOWN.format(table=f'{HIDDEN}."{table}"')
    cursor.execute(known_ids, {"first": min(times), "last": max(times), "ids": ids})
    known = {found for (found,) in cursor.fetchall() if found}
    return [row for name, row in by_id.items() if name not in known]


def remember(cursor: DuckDBPyConnection, made: Sequence[Row]) -> None:
    """Note whom the rows are about."""
    mentions = [(_key(row[column]), row[_AT], row[column]) for row in made for column in _IDENTITIES]
    if not mentions:
        return
    words = {key: identity.lower() for key, _, identity in mentions}
    cursor.execute(_NEW, {"keys": list(words), "words": list(words.values())})
    with cursor.appender(f"{HIDDEN}.mentions") as appender:
        appender.append_rows([(key, at) for key, at, _ in mentions])


def rows(cursor: DuckDBPyConnection, about: Sequence[str], first: datetime | None, last: datetime | None) -> list[int]:
    """The engine's numbers of rows whose identities hold one of the texts, in any case; the newest where they are many.

    They hold within one transaction.
    """
    span = {"first": first or datetime(1, 1, 1), "last": last or datetime(9999, 1, 1)}  # noqa: DTZ001  the engine's times have no zone
    cursor.execute(_TIMES, {"about": [text.lower() for text in about], **span})
    cursor.execute(_ROWS, {"times": [written for (written,) in cursor.fetchall()]})
    return [number for (number,) in cursor.fetchall()]


def forget(cursor: DuckDBPyConnection, before: datetime) -> None:
    """Let go of rows written before a time, and of those whom no row is about any more."""
    for statement in _FORGET:
        cursor.execute(statement, {"before": before})
    cursor.execute(_FORGET_NOBODYS)


def _key(identity: str) -> int:
    return int.from_bytes(blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)
