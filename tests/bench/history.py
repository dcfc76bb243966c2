"""How fast history is in an archive of ten million rows, as JSON lines: `python -m tests.bench.history [ROWS]`.

`user` is both of its queries, for another person each time; `errors` is over all rows and over one job. The engine makes
the rows itself: four rows a second, fifty of each person, 12 jobs, one row in fifty failed.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from bot import history
from bot.adapters.archive import Archive
from bot.adapters.kql.people import DDL
from bot.adapters.kql.tables import HIDDEN, PROVISIONING, ddl
from tests.bench.telling import QUICK, numbers

ROWS, SLICE, ROWS_EACH = 10_000_000, 500_000, 50
BEGIN = datetime(2026, 10, 21, tzinfo=UTC)
EVERY = timedelta(milliseconds=250)
TIMES = 40

_ROWS = f"""
WITH drawn AS (
    SELECT number, hash(number) AS salt, hash(number + 7) % $people::UBIGINT AS who, hash(number * 3 + 1) % 12 AS job,
        hash(number * 5 + 2) % 50 = 0 AS failed, hash(number * 11) % 5 AS code,
        TIMESTAMP '2026-10-21' + to_microseconds(number * 250000) AS written
    FROM range($first::BIGINT, $last::BIGINT) AS numbers(number)),
named AS (
    SELECT *, format('{{:08x}}-0000-4000-8000-{{:012x}}', who * 7919 % 4294967296, who) AS source,
        format('{{:08x}}-0000-4000-9000-{{:012x}}', who * 104729 % 4294967296, who) AS target,
        'First' || (who % 500) || ' Last' || (who // 500) AS name,
        'first' || (who % 500) || '.last' || (who // 500) || '@contoso.com' AS address
    FROM drawn)
INSERT INTO {HIDDEN}."{PROVISIONING}" BY NAME SELECT
    format('{{:016x}}-{{:016x}}', hash(number + 1), salt) AS "Id", format('{{:032x}}', salt) AS "ChangeId",
    format('{{:032d}}', number // 500) AS "CycleId", (salt % 2000)::BIGINT AS "DurationMs",
    'scim.11111111111111111111111111111111.' || format('{{:036d}}', job) AS "JobId",
    'update' AS "ProvisioningAction", CASE WHEN failed THEN 'Failure' ELSE 'Success' END AS "ResultType",
    CASE WHEN failed THEN 'ContosoEntryConflict' || code ELSE '' END AS "ResultSignature",
    CASE WHEN failed THEN 'The value ' || address || ' is taken.' ELSE '' END AS "ResultDescription",
    CASE WHEN failed
        THEN '{{"Status":"failure","errorInformation":{{"errorCode":"ContosoEntryConflict' || code
            || '","reason":"The value ' || address || ' is taken."}}}}'
        ELSE '{{"Status":"success","errorInformation":null}}' END AS "ProvisioningStatusInfo",
    '[{{"provisioningStepType":0,"status":0,"description":"Received User ''' || address || ''' (Update)"}},'
        || '{{"provisioningStepType":1,"status":0,"description":"Determined whether ''' || address || ''' is in scope"}},'
        || '{{"provisioningStepType":5,"status":' || (CASE WHEN failed THEN 1 ELSE 0 END)
        || ',"description":"User ''' || address || ''' to Contoso","details":{{"ReportableIdentifier":"' || address
        || '"}}}}]' AS "ProvisioningSteps",
    '[{{"displayName":"department","oldValue":"a","newValue":"' || number || '"}}]' AS "ModifiedProperties",
    '{{"Id":"principal","Name":"Contoso"}}' AS "ServicePrincipal",
    '{{"Id":"' || source || '","Name":"' || name || '","identityType":"User","details":{{"UserPrincipalName":"' || address
        || '"}}}}' AS "SourceIdentity",
    '{{"Id":"' || target || '","Name":"' || name || '","identityType":"User","details":{{}}}}' AS "TargetIdentity",
    written AS "TimeGenerated", written + INTERVAL 5 MINUTE AS "$IngestionTime"
FROM named ORDER BY number"""
_MENTIONS = f"""INSERT INTO {HIDDEN}.mentions
    SELECT hash("$WHICH")::HUGEINT - 9223372036854775808, "TimeGenerated" FROM {HIDDEN}."{PROVISIONING}" """
_IDENTITIES = f"""INSERT INTO {HIDDEN}.identities SELECT hash(words)::HUGEINT - 9223372036854775808, lower(words)
    FROM (SELECT DISTINCT "$WHICH" AS words FROM {HIDDEN}."{PROVISIONING}")"""


def build(path: Path, rows: int) -> None:
    """An archive as months of keeping would have made it."""
    import duckdb

    with duckdb.connect(str(path), config={"threads": 2, "memory_limit": "2GB"}) as connection:
        for statement in (*ddl(), *DDL):
            connection.execute(statement)
        for first in range(0, rows, SLICE):
            connection.execute(_ROWS, {"first": first, "last": min(rows, first + SLICE), "people": rows // ROWS_EACH})
        for column in ("SourceIdentity", "TargetIdentity"):
            connection.execute(_MENTIONS.replace("$WHICH", column))
            connection.execute(_IDENTITIES.replace("$WHICH", column))


async def measure(path: Path, rows: int) -> None:
    """Each command again and again, from the first query on a file that was just opened."""
    end = BEGIN + EVERY * rows
    archive = Archive(path, days=3_650, now=lambda: end)
    rng = random.Random(1)
    span = (BEGIN, end)

    async def user() -> int:
        who = rng.randrange(rows // ROWS_EACH)
        address = f"first{who % 500}.last{who // 500}@contoso.com"
        asked, about = history.finding(address), history.as_written(address)
        [subject] = history.meant(address, history.subjects(await archive.query(asked, timespan=span, about=about)))
        story = await archive.query(history.story(subject), timespan=span, about=history.texts(subject))
        return len(history.happenings(story, subject, end))

    async def errors() -> int:
        number = rng.randrange(24)
        job = f"scim.11111111111111111111111111111111.{number:036d}" if number < 12 else ""
        return len(history.failing(await archive.query(history.past_errors(job), timespan=span)))

    process = psutil.Process()
    for what, work in {"user": user, "errors": errors}.items():
        say(rows, what=what, **await timed(work))
    say(rows, what="memory", rss_mb=process.memory_info().rss // 2**20)
    await archive.close()


async def timed(work: Callable[[], Awaitable[int]]) -> dict[str, int]:
    """Milliseconds, the first one told apart, and how much the last one told."""
    taken: list[float] = []
    told = 0
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        told = await work()
        taken.append((time.perf_counter() - start) * 1000)
    warm = sorted(taken[1:])
    return {
        "p50_ms": round(warm[TIMES // 2]),
        "p95_ms": round(warm[TIMES * 95 // 100]),
        "first_ms": round(taken[0]),
        "told": told,
    }


def say(rows: int, **figures: object) -> None:
    print(json.dumps({"bench": "history", "of": rows, **figures}), flush=True)


def main() -> None:
    rows = (*numbers(), 100_000 if QUICK else ROWS)[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.duckdb"
        started = time.perf_counter()
        build(path, rows)
        say(rows, what="build", seconds=round(time.perf_counter() - started), file_mb=path.stat().st_size // 2**20)
        asyncio.run(measure(path, rows))


if __name__ == "__main__":
    main()
