"""Hostile and mistaken queries: each gets a clear error, and none reads, writes or holds up anything else."""

import asyncio
from pathlib import Path

import pytest

from bot.adapters.kql.errors import BadMeaning, BadQuery, BadSyntax, TimedOut, TooDear, Unsupported
from bot.adapters.local_logs import LocalLogs
from tests.support.log_rows import open_logs, rows_of


@pytest.mark.parametrize(
    "kql",
    [
        "['/etc/passwd'] | take 1",
        "['/etc/hostname'] | union ['/etc/passwd']",
        'externaldata(line:string)["/etc/passwd"]',
        'externaldata(line:string)["https://example.org/x.csv"]',
        ".set-or-replace Mine <| AuditLogs",
        "// a remark\n .drop table AuditLogs",
        ".show tables",
        "read_csv('/etc/passwd')",
        "print read_text('/etc/passwd')",
        "print getenv('HOME')",
        "evaluate http_request('https://example.org')",
        "['information_schema.tables']",
        "duckdb_settings()",
        "['ingest.AuditLogs'] | take 1",
        "ingest.AuditLogs",
        "database('ingest').AuditLogs",
        "cluster('https://example.org').database('x').AuditLogs",
        "AuditLogs | where Id in ((SigninLogs | project Id))",
        "AuditLogs | join (SecurityEvent) on Id",
        "AuditLogs | extend x = toscalar(SigninLogs | count)",
        "union SigninLogs, AuditLogs",
        "find in (AuditLogs) where Id == 'x'",
        "AuditLogs; AuditLogs",
        "let AuditLogs = SigninLogs; AuditLogs",
        "set notruncation; AuditLogs",
        "",
        "   // nothing but a remark",
    ],
)
async def test_nothing_but_the_tables_can_be_read_and_nothing_written(kql: str) -> None:
    async with open_logs() as logs:
        with pytest.raises(BadQuery):
            await logs.query(kql)


async def test_the_tables_hold_only_what_is_theirs_when_all_are_asked_for() -> None:
    async with open_logs() as logs:
        rows = await rows_of(logs, "union withsource=Table * | summarize count() by Table | order by Table asc")
        assert rows == [("AADProvisioningLogs", 3), ("AuditLogs", 1)]


async def test_the_engine_itself_is_locked_even_for_sql(tmp_path: Path) -> None:
    target = tmp_path / "stolen.csv"
    async with open_logs() as logs:
        await logs.query("print 1")
        connection = logs._connection  # pyright: ignore[reportPrivateUsage]
        assert connection is not None
        for sql in (
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM '/etc/passwd'",
            f"COPY ingest.\"AuditLogs\" TO '{target}'",
            f"ATTACH '{tmp_path}/other.db'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "SET memory_limit = '99GB'",
            "SET lock_configuration = false",
        ):
            with pytest.raises(Exception, match=r"(?i)disabled|locked|does not exist|cannot"):
                connection.execute(sql).fetchall()
    assert not target.exists()


async def test_text_from_a_query_stays_text() -> None:
    async with open_logs() as logs:
        quoted = '\'; DROP TABLE ingest."AuditLogs"; --'
        assert await rows_of(logs, f'print "{quoted.replace(chr(34), chr(92) + chr(34))}"') == [(quoted,)]
        await logs.query('AuditLogs | extend [\'x" FROM ingest."AuditLogs" --\'] = 1')
        assert await rows_of(logs, "AuditLogs | count") == [(1,)]


@pytest.mark.parametrize(
    ("kql", "error", "said"),
    [
        (
            "AADProvisioningLogs | where resultType == 'x'",
            BadMeaning,
            "'where' operator: Failed to resolve column or scalar expression named 'resultType'",
        ),
        ("AADProvisioningLogs | extend a = 1, b = a", BadMeaning, "named 'a'"),
        ("AADProvisioningLogs | project-away Nope", BadMeaning, "'project-away' operator: .* named 'Nope'"),
        ("AADProvisioningLogs | project-rename x = Nope", BadMeaning, "named 'Nope'"),
        ("AADProvisioningLogs | mv-expand Nope", BadMeaning, "'mv-expand' operator"),
        ("AADProvisioningLogs | join (AuditLogs) on JobId", BadMeaning, "'join' operator: .* named 'JobId'"),
        ("SigninLogs | take 1", BadMeaning, "Failed to resolve table or column expression named 'SigninLogs'"),
        ("auditlogs | take 1", BadMeaning, "named 'auditlogs'"),
        ("print x = y", BadMeaning, "named 'y'"),
        (
            "AuditLogs | project Id | where ingestion_time() > ago(1h)",
            BadMeaning,
            r"ingestion_time\(\) can only be read",
        ),
        (
            "union AuditLogs, AzureActivity | where ingestion_time() > ago(1h)",
            Unsupported,
            r"ingestion_time\(\) after union",
        ),
        ("AuditLogs | where DurationMs contains 'x'", BadMeaning, "types in the query do not go together"),
        ("AuditLogs\n| whre x == 1", BadSyntax, r"could not be parsed at 'whre' on line \[2,2\]"),
        ("AuditLogs | where Id == “x”", BadSyntax, r"could not be parsed at '“' on line \[1,24\]"),
        ("AuditLogs | make-series count() on TimeGenerated step 1h", Unsupported, "'make-series' is not supported"),
        ("AuditLogs | extend x = series_stats(Id)", Unsupported, r"The function series_stats\(\) is not supported"),
        ("AuditLogs | evaluate bag_unpack(InitiatedBy)", Unsupported, "'evaluate' is not supported"),
        ("declare query_parameters(x:string); AuditLogs | where Id == x", BadMeaning, "parameter 'x' has no value"),
    ],
)
async def test_a_mistake_is_named(kql: str, error: type[BadQuery], said: str) -> None:
    async with open_logs() as logs:
        with pytest.raises(error, match=said) as caught:
            await logs.query(kql)
    assert "SELECT" not in str(caught.value)


@pytest.mark.parametrize(
    "kql",
    [
        "AuditLogs | where Id == '" + "x" * 60_000 + "'",
        "print " + "(" * 100 + "1" + ")" * 100,
        "AuditLogs | where " + "tostring(" * 30 + "Id" + ")" * 30 + " == 'a'",
        "let a0 = 1; " + "".join(f"let a{n} = a{n - 1} + a{n - 1}; " for n in range(1, 40)) + "print a39",
        "let a0 = AuditLogs; "
        + "".join(f"let a{n} = a{n - 1} | union a{n - 1}; " for n in range(1, 30))
        + "a29 | count",
        "AuditLogs | where " + " or ".join(f"Id == '{n}'" for n in range(1500)),
        "print x = 'xxxxxxxxxxxxxxxx'" + " | extend x = strcat(x, x, x, x, x, x, x, x)" * 9 + " | project strlen(x)",
        "print strrep('abc', 1000000000)",
    ],
    ids=[
        "long",
        "deep",
        "nested calls",
        "doubling lets",
        "doubling tables",
        "endless or",
        "doubling text",
        "repeated text",
    ],
)
async def test_a_query_that_would_eat_the_machine_is_refused(kql: str) -> None:
    async with open_logs(memory="256MB") as logs:
        with pytest.raises(BadQuery):
            await logs.query(kql, timeout=20)
        assert await rows_of(logs, "AuditLogs | count") == [(1,)]


async def test_an_endless_range_ends_with_its_time_and_others_are_answered_meanwhile() -> None:
    async with open_logs() as logs:
        endless = asyncio.create_task(
            logs.query("range x from 1 to 1000000000000 step 1 | summarize sum(x)", timeout=0.5)
        )
        assert await rows_of(logs, "AuditLogs | count") == [(1,)]
        with pytest.raises(TimedOut, match=r"did not finish within 0\.5 seconds"):
            await endless


async def test_more_endless_queries_than_places_all_end_and_free_their_places() -> None:
    async with open_logs() as logs:
        query = "AADProvisioningLogs | extend k = 1 | join kind=inner (range y from 1 to 9000000000 step 1 | extend k = 1) on k | count"
        answers = await asyncio.gather(*(logs.query(query, timeout=0.3) for _ in range(9)), return_exceptions=True)
        assert all(isinstance(answer, TimedOut) for answer in answers)
        assert await rows_of(logs, "AuditLogs | count") == [(1,)]


async def test_a_query_whose_asker_goes_away_is_stopped() -> None:
    async with open_logs() as logs:
        task = asyncio.create_task(logs.query("range x from 1 to 1000000000000 step 1 | summarize sum(x)"))
        await logs.query("print 1")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not logs._leftovers  # pyright: ignore[reportPrivateUsage]


async def test_memory_is_bounded() -> None:
    logs = LocalLogs(memory="64MB")
    with pytest.raises(TooDear, match="more memory"):
        await logs.query("range x from 1 to 100000000 step 1 | summarize make_list(x)", timeout=60)
    await logs.close()
