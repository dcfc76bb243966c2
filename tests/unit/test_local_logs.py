"""The local log store: what goes in as Graph's JSON comes out as the documented tables, as Kusto would answer."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.kql.tables import columns
from bot.adapters.local_logs import LocalLogs
from bot.ports import SourceDown
from tests.support.log_rows import NOON, TENANT, WORKSPACE, audit, event, open_logs, rows_of

FAILURE = 'AADProvisioningLogs | where ResultType == "Failure"'


async def test_every_table_has_the_documented_columns_and_types() -> None:
    async with open_logs() as logs:
        for table, kinds in columns().items():
            answer = await logs.query(table)
            assert dict(answer.columns) == kinds
            assert [name for name, _ in answer.columns] == list(kinds)


async def test_a_failure_becomes_a_row_in_the_words_of_log_analytics() -> None:
    async with open_logs() as logs:
        answer = await logs.query(FAILURE)
    row = dict(zip([name for name, _ in answer.columns], answer.rows[0], strict=True))
    assert row["TimeGenerated"] == NOON
    assert (row["ResultSignature"], row["ResultDescription"]) == (
        "ContosoEntryConflict",
        "Because of ContosoEntryConflict.",
    )
    assert (row["AADTenantId"], row["TenantId"], row["DurationMs"]) == (TENANT, WORKSPACE, 20)
    assert row["SourceIdentity"] == '{"Id":"user-0","Name":"Zoé","identityType":"User","details":{}}'
    assert '"Status":"failure","errorInformation":{"errorCode":"ContosoEntryConflict"' in row["ProvisioningStatusInfo"]
    assert '"provisioningStepType":5,"status":1' in row["ProvisioningSteps"]


async def test_an_audit_entry_keeps_its_parts_as_dynamic_columns() -> None:
    async with open_logs() as logs:
        query = "AuditLogs | project who = InitiatedBy.app.displayName, what = OperationName, to = TargetResources[0].displayName"
        answer = await logs.query(query)
    assert answer.columns == (("who", "dynamic"), ("what", "string"), ("to", "dynamic"))
    assert answer.rows == [("Azure AD Provisioning Service", "Quarantine", "Contoso SCIM")]


async def test_the_watch_reads_by_ingestion_time_and_the_column_stays_hidden() -> None:
    since = (NOON + timedelta(minutes=11)).isoformat()
    async with open_logs() as logs:
        query = f"""AADProvisioningLogs
            | where ingestion_time() >= datetime({since}) | extend arrived = ingestion_time()
            | project arrived, Id, source = tostring(parse_json(SourceIdentity).Id) | order by arrived asc | take 10"""
        answer = await logs.query(query)
        unseen = await logs.query("AADProvisioningLogs | where ingestion_time() > datetime(2000-01-01)")
    assert answer.rows == [
        (NOON + timedelta(minutes=11), "row-1", "user-1"),
        (NOON + timedelta(minutes=12), "row-2", "user-2"),
    ]
    assert "$IngestionTime" not in dict(unseen.columns)


@pytest.mark.parametrize(
    ("kql", "value"),
    [
        (f"{FAILURE} | project tostring(parse_json(ProvisioningSteps).[1].name)", "EntryExportAdd"),
        (f"{FAILURE} | project tostring(parse_json(ProvisioningSteps).[-1].name)", "EntryExportAdd"),
        ('print "a.[0]"', "a.[0]"),
        ('print tostring(parse_json("plain text"))', "plain text"),
        ('print strlen(tostring(parse_json("plain text")))', 10),
        ('print tostring(parse_json("{\\"a\\": [1, 2]}").a[1])', "2"),
        ('print parse_json("")', None),
        (
            f"{FAILURE} | extend s = parse_json(SourceIdentity) | parse s with * '\"Name\":\"' Who '\"' * | project Who",
            "Zoé",
        ),
        (f"{FAILURE} | extend jobid = toupper(JobId) | project strcat(jobid, JobId)", "SCIM.1scim.1"),
        ('datatable(id:string, ID:string)["a", "b"] | project strcat(ID, id)', "ba"),
        ("let x = 1; let X = 2; print x * 10 + X", 12),
        (f"{FAILURE} | extend N = 1, n = 2 | summarize sum(n) by N | project sum_n", 2),
        ("print ago(1h) == now() - 1h", True),
        ("print 1h", timedelta(hours=1)),
        ("print toguid('74be27de-1e4e-49d9-b579-fe0b331d3642')", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
        ("union * | summarize dcount(Type)", 2),
        ("range x from 1 to 10 step 1 | summarize sum(x)", 55),
        ("range x from 1 to 9 step 1 | summarize a = maxif(x, x < 5), b = minif(x, x > 5) | project a * 10 + b", 46),
        (
            'range x from 1 to 9 step 1 | summarize s = take_anyif(tostring(x), x == 7), t = take_anyif("x", x > 9) | project strcat(s, t)',
            "7",
        ),
        (
            "range x from 1 to 9 step 1 | extend x = x % 3 | summarize count_distinct(x) * 10 + count_distinctif(x, x > 0)",
            32,
        ),
        (
            'print text = "a;b;c" | parse text with * ";" TenantID ";" TENANTID | project strcat(TENANTID, TenantID)',
            "cb",
        ),
    ],
)
async def test_it_answers_what_kusto_answers(kql: str, value: Any) -> None:
    async with open_logs() as logs:
        assert await rows_of(logs, kql) == [(value,)]


async def test_names_that_differ_only_in_case_come_back_as_they_were_written() -> None:
    async with open_logs() as logs:
        query = f"{FAILURE} | extend servicePrincipal = parse_json(ServicePrincipal) | project servicePrincipal, servicePrincipal.Name, ServicePrincipal"
        answer = await logs.query(query)
        described = await rows_of(logs, f"{FAILURE} | project jobid = JobId, JobId | getschema | project ColumnName")
    assert [name for name, _ in answer.columns] == ["servicePrincipal", "servicePrincipal_Name", "ServicePrincipal"]
    assert described == [("jobid",), ("JobId",)]


async def test_a_timespan_bounds_the_time_that_rows_were_written_at() -> None:
    span = (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2))
    async with open_logs(10) as logs:
        assert await rows_of(
            logs, "AADProvisioningLogs | summarize min(TimeGenerated), max(TimeGenerated)", timespan=span
        ) == [span]
        assert await rows_of(logs, "union * | count", timespan=span) == [(2,)]


async def test_an_answer_that_is_too_large_is_cut_short_and_says_so() -> None:
    async with open_logs(10) as logs:
        few = await logs.query("AADProvisioningLogs | order by TimeGenerated asc | project Id", max_rows=4)
        small = await logs.query("AADProvisioningLogs | project Id", max_bytes=20)
        whole = await logs.query("AADProvisioningLogs | project Id", max_rows=10)
    assert few.rows == [("row-0",), ("row-1",), ("row-2",), ("row-3",)]
    assert "limit of 4 records" in few.partial
    assert len(small.rows) == 4
    assert "limit of 20 bytes" in small.partial
    assert (len(whole.rows), whole.partial) == (10, "")


async def test_entries_with_broken_or_missing_fields_are_kept_and_those_without_a_time_counted() -> None:
    logs = LocalLogs()
    odd = event(7) | {
        "sourceIdentity": "not an object",
        "provisioningSteps": None,
        "durationInMilliseconds": "x",
        "jobId": 5,
    }
    left_out = await logs.append_provisioning(
        [(odd, NOON), (event(8) | {"activityDateTime": "soon"}, NOON), ({}, NOON)]
    )
    await logs.append_audits([(audit() | {"initiatedBy": [], "targetResources": "x"}, NOON)])
    assert left_out == 2
    assert await rows_of(logs, "AADProvisioningLogs | project Id, JobId, SourceIdentity, DurationMs") == [
        ("row-7", "5", "{}", 0)
    ]
    assert await rows_of(logs, "AuditLogs | project Identity, array_length(TargetResources)") == [("", 0)]
    await logs.close()


async def test_an_unknown_word_of_microsofts_passes_through() -> None:
    logs = LocalLogs()
    strange = event(1, provisioningAction="teleport", provisioningStatusInfo={"status": "escalated"})
    strange["provisioningSteps"] = [{"provisioningStepType": "dreaming", "status": "maybe"}]
    await logs.append_provisioning([(strange, NOON)])
    query = "AADProvisioningLogs | project ProvisioningAction, ResultType, ProvisioningSteps"
    assert await rows_of(logs, query) == [
        ("teleport", "Escalated", '[{"provisioningStepType":"dreaming","status":"maybe"}]')
    ]
    await logs.close()


async def test_a_file_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "logs.duckdb"
    async with open_logs(path=path):
        pass
    logs = LocalLogs(path)
    assert await rows_of(logs, "AADProvisioningLogs | count") == [(3,)]
    await logs.close()


async def test_a_file_that_is_no_log_store_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "logs.duckdb"
    path.write_text("something else entirely, and long enough to be looked at" * 200)
    logs = LocalLogs(path)
    with pytest.raises(SourceDown, match=r"The local log store .*logs\.duckdb cannot be opened"):
        await logs.query("AuditLogs")
    await logs.close()


async def test_rows_can_be_added_while_queries_run() -> None:
    async with open_logs(100) as logs:

        async def add(number: int) -> None:
            await logs.append_provisioning([(event(number), NOON)])

        counts = [logs.query("AADProvisioningLogs | summarize count() by JobId") for _ in range(20)]
        answers = await asyncio.gather(*counts, *(add(1000 + number) for number in range(20)))
        seen = [answer.rows[0][1] for answer in answers[:20] if answer is not None]
        assert all(100 <= count <= 120 for count in seen)
        assert await rows_of(logs, "AADProvisioningLogs | count") == [(120,)]
