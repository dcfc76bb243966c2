"""The sandbox's Log Analytics as the real LogsQueryClient meets it: over TLS, with the real credential."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.identity.aio import ClientSecretCredential
from azure.monitor.query import LogsQueryPartialResult, LogsQueryResult
from azure.monitor.query.aio import LogsQueryClient

from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from sandbox.tenant import LogRow, Tenant
from tests.support.log_rows import audit, event
from tests.support.tenant_box import Dial, make_tenant

AUDIENCE = "https://api.loganalytics.io"
DAY = timedelta(days=1)


class Desk:
    """A served tenant, and somebody who asks its workspace."""

    def __init__(self, tenant: Tenant, dial: Dial, box: Sandbox, client: LogsQueryClient) -> None:
        self.tenant, self.dial, self.box, self.client = tenant, dial, box, client

    async def ask(self, kql: str, *, timespan: Any = DAY, **options: Any) -> LogsQueryResult | LogsQueryPartialResult:
        return await self.client.query_workspace(self.tenant.workspace_id, kql, timespan=timespan, **options)

    async def rows(self, kql: str, **options: Any) -> list[list[Any]]:
        answer = await self.ask(kql, **options)
        assert isinstance(answer, LogsQueryResult)
        return [list(cast("Any", row)) for row in answer.tables[0].rows]

    def arrives(self, *rows: dict[str, Any], repeat: bool = False) -> None:
        self.tenant.arrived.extend(LogRow(row, self.dial.now, repeat) for row in rows)


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    tenant, dial = make_tenant()
    tenant.arrived.clear()
    tenant.audits.clear()
    async with Sandbox(tenant, Faults(dial)) as box, _credential(tenant, box) as credential:
        client = LogsQueryClient(
            credential, endpoint=box.url, audience=AUDIENCE, connection_verify=str(box.ca_file), retry_total=0
        )
        async with client:
            yield Desk(tenant, dial, box, client)


def _credential(tenant: Tenant, box: Sandbox) -> ClientSecretCredential:
    return ClientSecretCredential(
        tenant.id,
        tenant.app_id,
        tenant.app_secret,
        authority=box.url,
        disable_instance_discovery=True,
        connection_verify=str(box.ca_file),
    )


def error_of(error: HttpResponseError) -> dict[str, Any]:
    assert error.response is not None
    return cast("Any", error.response).json()["error"]


async def test_rows_that_have_arrived_are_read_with_their_types_and_later_ones_afterwards() -> None:
    async with desk() as it:
        at = it.dial.now - timedelta(minutes=5)
        it.arrives(event(1, at=at, code="ContosoEntryConflict"), event(2, at=at))
        query = """AADProvisioningLogs | where ingestion_time() >= datetime(2026-11-20)
            | extend arrived = ingestion_time() | order by arrived asc, Id asc | take 100
            | project arrived, TimeGenerated, Id, DurationMs, ResultType, source = tostring(parse_json(SourceIdentity).Id)"""
        answer = await it.ask(query)
        assert isinstance(answer, LogsQueryResult)
        table = answer.tables[0]
        assert table.name == "PrimaryResult"
        assert table.columns_types == ["datetime", "datetime", "string", "long", "string", "string"]
        assert [list(cast("Any", row)) for row in table.rows] == [
            [it.dial.now, at, "row-1", 21, "Failure", "user-1"],
            [it.dial.now, at, "row-2", 22, "Success", "user-2"],
        ]
        it.dial.turn(minutes=1)
        it.arrives(event(2, at=at), repeat=True)
        assert await it.rows(
            "AADProvisioningLogs | where JobId == 'scim.1' | summarize count() by Id | order by Id asc"
        ) == [
            ["row-1", 1],
            ["row-2", 2],
        ]


async def test_audit_rows_come_as_text_that_is_json() -> None:
    async with desk() as it:
        it.tenant.audits.append(audit(at=it.dial.now))
        query = "AuditLogs | project InitiatedBy, who = InitiatedBy.app.displayName, 90s, 1.5, true"
        assert await it.rows(query) == [
            [
                '{"app":{"displayName":"Azure AD Provisioning Service"}}',
                "Azure AD Provisioning Service",
                "00:01:30",
                1.5,
                True,
            ]
        ]


async def test_the_timespan_of_the_call_bounds_the_query() -> None:
    async with desk() as it:
        now = it.dial.now
        it.arrives(*(event(hours, at=now - timedelta(hours=hours)) for hours in range(1, 6)))
        count = "AADProvisioningLogs | count"
        assert await it.rows(count, timespan=timedelta(hours=3, minutes=30)) == [[3]]
        assert await it.rows(count, timespan=(now - timedelta(hours=4), timedelta(hours=1))) == [[2]]
        assert await it.rows(count, timespan=(now - timedelta(hours=5), now - timedelta(hours=2))) == [[4]]
        assert await it.rows(count, timespan=None) == [[5]]


async def test_now_is_the_tenants_time() -> None:
    async with desk() as it:
        assert await it.rows("print now()") == [[it.dial.now]]


async def test_statistics_and_the_chart_are_there_when_asked_for() -> None:
    async with desk() as it:
        query = "AADProvisioningLogs | summarize count() by bin(TimeGenerated, 1h) | render timechart"
        answer = await it.ask(query, include_statistics=True, include_visualization=True)
        assert isinstance(answer, LogsQueryResult)
        assert answer.statistics is not None
        assert cast("Any", answer.visualization)["visualization"] == "timechart"


@pytest.mark.parametrize(
    ("kql", "kind", "innermost"),
    [
        (
            "AADProvisioningLogs | whre x",
            "SyntaxError",
            {
                "code": "SYN0002",
                "message": "Query could not be parsed at 'whre' on line [1,22]",
                "line": 1,
                "pos": 22,
                "token": "whre",
            },
        ),
        (
            "AADProvisioningLogs | where resultType == 'Failure'",
            "SemanticError",
            {
                "code": "SEM0100",
                "message": "'where' operator: Failed to resolve column or scalar expression named 'resultType'",
            },
        ),
        (
            "SigninLogs | take 1",
            "SemanticError",
            {"code": "SEM0100", "message": "Failed to resolve table or column expression named 'SigninLogs'"},
        ),
    ],
)
async def test_a_bad_query_is_answered_with_the_chain_of_errors(kql: str, kind: str, innermost: dict[str, Any]) -> None:
    async with desk() as it:
        with pytest.raises(HttpResponseError) as caught:
            await it.ask(kql)
        assert caught.value.status_code == 400
        error = error_of(caught.value)
        assert (error["code"], error["message"]) == ("BadArgumentError", "The request had some invalid properties")
        assert error["innererror"]["code"] == kind
        assert error["innererror"]["innererror"] == innermost


@pytest.mark.parametrize(
    ("status", "code"), [(403, "InsufficientAccessError"), (429, "ThrottledError"), (504, "GatewayTimeout")]
)
async def test_an_ordered_refusal_has_the_services_body(status: int, code: str) -> None:
    async with desk() as it:
        it.box.faults.add(Fault(area="logs", kind="status", status=status, retry_after=7 if status == 429 else None))
        with pytest.raises(HttpResponseError) as caught:
            await it.ask("AuditLogs")
        assert (caught.value.status_code, error_of(caught.value)["code"]) == (status, code)
        assert cast("Any", caught.value.response).headers.get("Retry-After") == ("7" if status == 429 else None)
        assert await it.rows("AuditLogs | count") == [[0]]
        assert it.box.faults.count("logs") == 2


async def test_a_query_that_takes_longer_than_the_caller_waits_is_a_gateway_timeout() -> None:
    async with desk() as it:
        with pytest.raises(HttpResponseError) as caught:
            await it.ask("range x from 1 to 1000000000000 step 1 | summarize sum(x)", server_timeout=1)
        assert (caught.value.status_code, error_of(caught.value)["code"]) == (504, "GatewayTimeout")


async def test_a_partial_answer_has_rows_and_an_error() -> None:
    async with desk() as it:
        it.arrives(*(event(number, at=it.dial.now) for number in range(4)))
        it.box.faults.add(Fault(area="logs", kind="status", status=200))
        answer = await it.ask("AADProvisioningLogs | project Id")
        assert isinstance(answer, LogsQueryPartialResult)
        assert len(answer.partial_data[0].rows) == 2
        assert answer.partial_error is not None
        assert answer.partial_error.code == "PartialError"
        assert "exceed the set limit" in str(answer.partial_error.details)


async def test_dropped_slow_and_empty_answers_can_be_ordered() -> None:
    async with desk() as it:
        for kind in ("drop", "drop_after"):
            it.box.faults.add(Fault(area="logs", kind=kind))
            with pytest.raises(ServiceRequestError):
                await it.ask("AuditLogs")
        it.box.faults.add(Fault(area="logs", kind="slow", seconds=0))
        assert await it.rows("AuditLogs | count") == [[0]]
        it.box.faults.add(Fault(area="logs", kind="empty"))
        assert await it.rows("AuditLogs | count") == []


async def test_an_unknown_workspace_and_path_are_not_found() -> None:
    async with desk() as it:
        with pytest.raises(HttpResponseError) as caught:
            await it.client.query_workspace("00000000-0000-0000-0000-000000000000", "AuditLogs", timespan=DAY)
        assert (caught.value.status_code, error_of(caught.value)["code"]) == (404, "WorkspaceNotFoundError")
        async with httpx.AsyncClient(base_url=it.box.url, verify=_trusting(it.box)) as http:
            answer = await http.get(f"/v1/workspaces/{it.tenant.workspace_id}/metadata")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "PathNotFoundError")


async def test_a_token_that_is_missing_old_or_for_another_service_is_refused() -> None:
    async with desk() as it:
        it.tenant.tokens.revoke_all()
        path = f"/v1/workspaces/{it.tenant.workspace_id}/query"
        wrong = it.tenant.tokens.issue("https://graph.microsoft.com/.default")
        old = it.tenant.tokens.issue(f"{AUDIENCE}/.default")
        it.dial.turn(hours=2)
        fresh = it.tenant.tokens.issue("https://graph.microsoft.com/.default")
        seen: dict[str, tuple[int, str]] = {}
        async with httpx.AsyncClient(base_url=it.box.url, verify=_trusting(it.box)) as http:
            for name, token in {"none": "", "old": old, "stale": wrong, "graph": fresh}.items():
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                answer = await http.post(path, json={"query": "AuditLogs"}, headers=headers)
                seen[name] = (answer.status_code, answer.json()["error"]["code"])
        assert seen == {
            "none": (401, "AuthenticationFailed"),
            "old": (401, "InvalidTokenError"),
            "stale": (401, "InvalidTokenError"),
            "graph": (403, "InvalidAuthenticationTokenAudience"),
        }


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"query": 5}', b'{"query": "AuditLogs", "timespan": "soon"}'])
async def test_a_body_that_is_no_query_is_a_bad_argument(body: bytes) -> None:
    async with desk() as it:
        token = it.tenant.tokens.issue(f"{AUDIENCE}/.default")
        async with httpx.AsyncClient(base_url=it.box.url, verify=_trusting(it.box)) as http:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = await http.post(f"/v1/workspaces/{it.tenant.workspace_id}/query", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadArgumentError")


async def test_more_than_two_hundred_calls_in_thirty_seconds_are_throttled() -> None:
    async with desk() as it:
        for _ in range(200):
            await it.rows("print 1")
        with pytest.raises(HttpResponseError) as caught:
            await it.ask("print 1")
        assert (caught.value.status_code, error_of(caught.value)["code"]) == (429, "ThrottledError")
        assert 1 <= int(cast("Any", caught.value.response).headers["Retry-After"]) <= 31


def _trusting(box: Sandbox) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(box.ca_file))
