"""Making the sandbox misbehave: faults, the control endpoint, its start and its end."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.tenant_box import Dial, jobs_of, make_tenant, open_box, sign_in

PROVISIONING = "/auditLogs/provisioning"


async def test_faults_come_as_ordered_and_are_used_up() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant, throttle=False) as (box, client):
        url = jobs_of(tenant, "workday")
        box.faults.add(Fault(area="graph", kind="status", status=503, retry_after=7, times=2, match="/jobs"))
        answers = [await client.get("/organization"), *[await client.get(url) for _ in range(3)]]
        box.faults.add(Fault(area="reports", kind="empty"))
        pages = [(await client.get(PROVISIONING)).json()["value"] for _ in range(2)]
        box.faults.add(Fault(area="graph", kind="slow", seconds=0.0))
        slow = await client.get(url)
        box.faults.add(Fault(area="login", kind="status", status=500, times=0))
        logins = [(await sign_in(box)).status_code for _ in range(2)]
        box.faults.clear()
        logins.append((await sign_in(box)).status_code)
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert pages[0] == []
    assert pages[1]
    assert slow.status_code == 200
    assert logins == [500, 500, 200]


async def test_a_dropped_connection_has_no_answer_and_only_drop_after_does_the_work() -> None:
    tenant, _ = make_tenant()
    pause = f"{jobs_of(tenant, 'Slackline')}/{tenant.job('Slackline').id}/pause"
    async with open_box(tenant) as (box, client):
        box.faults.add(Fault(area="graph", kind="drop"))
        with pytest.raises(httpx.TransportError):
            await client.post(pause)
        assert not tenant.job("Slackline").paused
        box.faults.add(Fault(area="graph", kind="drop_after"))
        with pytest.raises(httpx.TransportError):
            await client.post(pause)
    assert tenant.job("Slackline").paused


def test_faults_count_calls_by_area_and_path() -> None:
    faults = Faults(Dial())
    faults.note("graph", "GET", "/v1.0/users?$top=5")
    faults.note("login", "POST", "/token")
    assert (faults.count("graph"), faults.count("graph", "/users"), faults.count("graph", "/groups")) == (1, 1, 0)


async def test_control_plays_beats_orders_faults_moves_the_clock_and_counts() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, client), httpx.AsyncClient() as control:
        at = box.control_url
        assert "proxy_conflict" in (await control.get(f"{at}/beats")).json()
        failing = (await control.post(f"{at}/beat", json={"name": "proxy_conflict", "args": {"count": 2}})).json()
        moved = (await control.post(f"{at}/clock", json={"advance": 3_600})).json()
        await control.post(f"{at}/fault", json={"area": "graph", "kind": "status", "status": 500})
        assert (await client.get("/organization")).status_code == 500
        await control.post(f"{at}/fault", json={"area": "graph", "kind": "status", "status": 500})
        await control.delete(f"{at}/faults")
        assert (await client.get("/organization")).status_code == 200
        calls = (await control.get(f"{at}/calls")).json()
        jobs = (await control.get(f"{at}/jobs")).json()["jobs"]
        wrong = [
            await control.post(f"{at}/beat", json={"name": "earthquake"}),
            await control.post(f"{at}/beat", json={"name": "fail", "args": {"job": "nobody"}}),
            await control.post(f"{at}/beat", json={"name": "fail", "args": {"colour": "red"}}),
            await control.post(f"{at}/fault", json={"area": "graph", "kind": "meteor"}),
            await control.post(f"{at}/clock", json={"advance": -1}),
            await control.post(f"{at}/beat", content=b"{"),
        ]
    assert len(failing["result"]) == 2
    assert moved["now"].startswith("2026-11-20T09:00:00")
    assert calls["counts"]["graph"] == 2
    assert sum(job["failing"] for job in jobs) == 2
    assert {answer.status_code for answer in wrong} == {400}
    assert all(answer.json()["error"] for answer in wrong)


async def test_a_sandbox_leaves_nothing_behind_and_a_used_port_is_an_error() -> None:
    tenant, _ = make_tenant()
    async with Sandbox(tenant) as box:
        port, ca_file = int(box.url.rpartition(":")[2]), box.ca_file
        with pytest.raises(OSError, match=str(port)):
            async with Sandbox(tenant, port=port):
                pass
    assert not ca_file.exists()
    with pytest.raises(OSError):  # noqa: PT011  (the reason differs between platforms)
        await asyncio.open_connection("127.0.0.1", port)
