"""The logs over Graph: pages, options and limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tenant_box import jobs_of, make_tenant, open_box

PROVISIONING = "/auditLogs/provisioning"


async def test_pages_hold_every_row_once_in_order_and_links_are_opaque() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant, throttle=False) as (_, client):
        rows: list[dict[str, Any]] = []
        options = {
            "$top": "50",
            "$orderby": "activityDateTime asc",
            "$filter": "activityDateTime gt 2020-01-01T00:00:00Z",
        }
        answer = (await client.get(PROVISIONING, params=options)).json()
        rows += answer["value"]
        while link := answer.get("@odata.nextLink"):
            answer = (await client.get(link)).json()
            rows += answer["value"]
        broken = await client.get(PROVISIONING, params={"$skiptoken": "50"})
    assert [row["id"] for row in rows] == [
        row.event["id"] for row in sorted(tenant.arrived, key=lambda row: row.event["activityDateTime"])
    ]
    assert broken.status_code == 400


@pytest.mark.parametrize(
    "options",
    [
        {"$top": "1001"},
        {"$top": "0"},
        {"$top": "many"},
        {"$skip": "10"},
        {"$orderby": "jobId desc"},
        {"$filter": "activityDateTime ge 2026-01-01T00:00:00Z"},
        {"$search": "x"},
    ],
)
async def test_undocumented_options_of_the_log_are_refused(options: dict[str, str]) -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (_, client):
        answer = await client.get(PROVISIONING, params=options)
    assert answer.status_code == 400
    assert answer.json()["error"]["innerError"]["request-id"]


async def test_the_newest_rows_come_first_and_a_thousand_fit_on_a_page() -> None:
    tenant, _ = make_tenant()
    tenant.beat("bulk", rows=1_500, hours=1.0, past=True, p95=0.0, late=0.0, repeats=0.0)
    async with open_box(tenant) as (_, client):
        times = [
            row["activityDateTime"] for row in (await client.get(PROVISIONING, params={"$top": "1000"})).json()["value"]
        ]
    assert len(times) == 1_000
    assert times == sorted(times, reverse=True)


async def test_reports_may_be_asked_for_five_times_in_ten_seconds() -> None:
    tenant, dial = make_tenant()
    async with open_box(tenant) as (box, client):
        paths = [PROVISIONING, "/auditLogs/directoryAudits", PROVISIONING, PROVISIONING, PROVISIONING, PROVISIONING]
        answers = [await client.get(path) for path in paths]
        batched = {"requests": [{"id": "1", "method": "GET", "url": f"{PROVISIONING}?$top=1"}]}
        in_batch = (await client.post("/$batch", json=batched)).json()["responses"][0]
        jobs = await client.get(jobs_of(tenant, "workday"))
        dial.turn(seconds=10)
        again = await client.get(PROVISIONING)
        counted = box.faults.count("reports"), box.faults.count("reports", "directoryAudits")
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert answers[-1].json()["error"]["code"] == "TooManyRequests"
    assert in_batch["status"] == 429
    assert (jobs.status_code, again.status_code, counted) == (200, 200, (8, 1))
