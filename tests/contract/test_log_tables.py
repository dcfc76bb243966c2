"""The two homes of a query behind one port: the same answers, the same refusals, each trouble told apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bot.adapters.archive import Archive
from bot.adapters.log_tables import WorkspaceTables
from bot.ports import Answered, Question, Refusal, SourceDown, Tables
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.clients import logs_on
from tests.support.tenant_box import make_tenant

KNOWN = ("AADProvisioningLogs", "AuditLogs", "AzureActivity")
HOMES = ["workspace", "archive"]


class Home:
    def __init__(self, tables: Tables, tenant: Tenant, faults: Faults) -> None:
        self.tables, self.tenant, self.faults = tables, tenant, faults

    def question(self, kql: str, rows: int = 500, seconds: float = 20) -> Question:
        now = self.tenant.clock()
        return Question(kql=kql, timespan=(now - timedelta(days=1), now), rows=rows, seconds=seconds)

    async def ask(self, kql: str, rows: int = 500, seconds: float = 20) -> Answered | Refusal | SourceDown:
        (answer,) = await self.tables.ask([self.question(kql, rows, seconds)])
        return answer


@pytest.fixture(params=HOMES)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Home]:
    async with AsyncExitStack() as held:
        yield await opened(str(request.param), tmp_path, held)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Home]:
    async with AsyncExitStack() as held:
        yield await opened("workspace", tmp_path, held)


async def opened(name: str, folder: Path, held: AsyncExitStack) -> Home:
    tenant, _ = make_tenant(history_hours=1.0)
    tenant.beat("review_deleted")
    faults = Faults(tenant.clock)
    if name == "workspace":
        box = await held.enter_async_context(Sandbox(tenant, faults))
        return Home(WorkspaceTables(await held.enter_async_context(logs_on(box)), KNOWN), tenant, faults)
    tenant.advance()
    archive = Archive(folder / "logs.duckdb", days=30, now=tenant.clock, tenant=tenant.id)
    held.push_async_callback(archive.close)
    await archive.keep({row.event["id"]: msgspec.Raw(msgspec.json.encode(row.event)) for row in tenant.arrived})
    await archive.keep_audits({row["id"]: msgspec.Raw(msgspec.json.encode(row)) for row in tenant.audits})
    return Home(archive, tenant, faults)


async def test_values_come_in_pythons_own_types(home: Home) -> None:
    kql = 'print at = datetime(2026-11-20 12:00), span = 1d + 2h, n = 3, r = 1.5, t = "x", d = dynamic({"a": 1}), b = true'
    answer = await home.ask(kql)
    assert isinstance(answer, Answered)
    at, span, n, r, t, d, b = answer.rows[0]
    assert (at.isoformat(), span, n, r, t, b) == ("2026-11-20T12:00:00+00:00", timedelta(hours=26), 3, 1.5, "x", True)
    assert msgspec.json.decode(d) == {"a": 1}
    assert [name for name, _ in answer.columns] == ["at", "span", "n", "r", "t", "d", "b"]


async def test_rows_of_both_logs_are_there_in_the_columns_of_log_analytics(home: Home) -> None:
    answer = await home.ask(
        'AuditLogs | where ActivityDisplayName == "Delete access review" | project Who = tostring(InitiatedBy.user.id),'
        " What = tostring(TargetResources[0].displayName), Result | distinct Who, What, Result"
    )
    assert isinstance(answer, Answered)
    assert answer.rows == ((home.tenant.admins[4]["id"], "Guests of the research lab", "success"),)
    counted = await home.ask("AADProvisioningLogs | count")
    assert isinstance(counted, Answered)
    assert counted.rows[0][0] > 10


async def test_an_answer_says_when_there_are_more_rows_than_were_asked_for(home: Home) -> None:
    for kql, rows, more in (
        ("AADProvisioningLogs | project Id", 5, True),
        ("AADProvisioningLogs | take 5 | project Id", 5, False),
        ("AADProvisioningLogs | summarize n = count() by ResultType | render piechart; // done", 5, False),
    ):
        answer = await home.ask(kql, rows)
        assert isinstance(answer, Answered)
        assert (len(answer.rows) <= rows, answer.more) == (True, more)


@pytest.mark.parametrize(
    "kql",
    [
        "SigninLogs | take 1",
        "union *",
        'externaldata(x:string)["https://example.org"]',
        "AuditLogs | evaluate http_request('https://example.org')",
        "cluster('x').database('y').AuditLogs",
        "workspace('x').AuditLogs",
        ".drop table AuditLogs",
        "search 'x'",
        "",
        "AuditLogs | whre x",
        "AuditLogs | where NoSuchColumn == 1",
        "['/etc/passwd'] | take 1",
        "read_csv('/etc/passwd')",
    ],
)
async def test_what_may_not_be_asked_is_refused_with_a_sentence(home: Home, kql: str) -> None:
    answer = await home.ask(kql)
    assert isinstance(answer, Refusal)
    assert len(str(answer)) > 10


async def test_a_query_without_end_ends_with_its_time_and_is_its_own_fault(home: Home) -> None:
    answer = await home.ask("range x from 1 to 1000000000000 step 1 | summarize sum(x)", seconds=1)
    assert isinstance(answer, Refusal)


async def test_each_of_several_has_its_own_answer_in_their_order(home: Home) -> None:
    queries = [
        "print 1",
        "SigninLogs",
        "print 2",
        "AuditLogs | where Nope == 1",
        "print 3",
        "print 4",
        "print 5",
        "print 6",
    ]
    answers = await home.tables.ask([home.question(kql) for kql in queries])
    assert [type(answer).__name__ == "Answered" for answer in answers] == [kql.startswith("print") for kql in queries]
    assert [answer.rows[0][0] for answer in answers if isinstance(answer, Answered)] == [1, 2, 3, 4, 5, 6]


# --- Only a workspace has these troubles ---------------------------------------------------------------------------------------


async def test_a_workspace_is_asked_five_at_a_time_and_never_what_it_may_not_be_asked(workspace: Home) -> None:
    await workspace.tables.ask([workspace.question(f"print {number}") for number in range(12)])
    await workspace.ask("SigninLogs")
    assert workspace.faults.count("logs") == 3


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_a_workspace_that_does_not_answer_is_down_for_all_of_them(workspace: Home, status: int) -> None:
    workspace.faults.add(Fault(area="logs", kind="status", status=status, times=1, retry_after=7))
    answers = await workspace.tables.ask([workspace.question(f"print {number}") for number in range(3)])
    assert [type(answer).__name__ for answer in answers] == ["LogsDown"] * 3
    assert isinstance(await workspace.ask("print 1"), Answered)


async def test_an_answer_that_was_cut_short_is_no_answer(workspace: Home) -> None:
    workspace.faults.add(Fault(area="logs", kind="status", status=200, times=1))
    answer = await workspace.ask("AADProvisioningLogs | project Id", rows=5_000)
    assert isinstance(answer, Refusal)
    assert "cut its answer short" in str(answer)
