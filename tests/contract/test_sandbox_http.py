"""The sandbox over HTTP: sign-in, limits, pages, faults, keys and the control endpoint."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpx
import jwt
import pytest
from azure.identity.aio import ClientSecretCredential

from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.tenant_box import Dial, make_tenant, open_box

PROVISIONING = "/auditLogs/provisioning"


def jobs_of(tenant: Tenant, words: str) -> str:
    return f"/servicePrincipals/{tenant.job(words).spec.principal.id}/synchronization/jobs"


async def sign_in(box: Sandbox, **changes: str) -> httpx.Response:
    tenant = box.tenant
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.app_id,
        "client_secret": tenant.app_secret,
        "scope": "https://graph.microsoft.com/.default",
        "tenant": tenant.id,
        **changes,
    }
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(box.ca_file))) as client:
        return await client.post(f"{box.url}/{form.pop('tenant')}/oauth2/v2.0/token", data=form)


async def test_azure_identity_signs_in_and_the_token_opens_graph() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, client):
        settings = box.environment()
        credential = ClientSecretCredential(
            settings["TENANT_ID"],
            settings["APP_ID"],
            settings["APP_SECRET"],
            authority=settings["LOGIN_URL"],
            disable_instance_discovery=True,
            connection_verify=settings["CA_FILE"],
        )
        async with credential:
            token = await credential.get_token("https://graph.microsoft.com/.default")
        answer = await client.get("/organization", headers={"Authorization": f"Bearer {token.token}"})
    assert answer.json()["value"][0]["id"] == tenant.id


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 400, 700016),
        ({"tenant": "00000000-0000-0000-0000-000000000000"}, 400, 90002),
        ({"scope": "User.Read"}, 400, 70011),
        ({"grant_type": "password"}, 400, 70003),
    ],
)
async def test_a_wrong_sign_in_gets_the_error_that_entra_gives(
    changes: dict[str, str], status: int, number: int
) -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, _):
        answer = await sign_in(box, **changes)
    assert answer.status_code == status
    assert answer.json()["error_codes"] == [number]
    assert answer.json()["error_description"].startswith(f"AADSTS{number}:")
    assert tenant.app_secret not in answer.text


async def test_without_a_good_token_graph_answers_401() -> None:
    tenant, dial = make_tenant()
    async with open_box(tenant) as (_, client):
        wrong = [{"Authorization": value} for value in ("", "Bearer", "Bearer nonsense", "Basic abc")]
        answers = [await client.get("/organization", headers=header) for header in wrong]
        dial.turn(hours=2)
        answers.append(await client.get("/organization"))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["error"]["code"] for answer in answers} == {"InvalidAuthenticationToken"}


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


async def test_a_batch_answers_each_part_as_if_it_had_come_alone() -> None:
    tenant, _ = make_tenant()
    parts = [
        {"id": "a", "method": "GET", "url": jobs_of(tenant, "workday")},
        {"id": "b", "method": "GET", "url": "/servicePrincipals/nobody/synchronization/jobs"},
        {"id": "c", "method": "POST", "url": f"{jobs_of(tenant, 'Slackline')}/{tenant.job('Slackline').id}/pause"},
    ]
    async with open_box(tenant) as (_, client):
        answer = (await client.post("/$batch", json={"requests": parts})).json()
        too_many = await client.post("/$batch", json={"requests": [{**parts[0], "id": str(n)} for n in range(21)]})
    found = {part["id"]: part for part in answer["responses"]}
    assert [found[name]["status"] for name in "abc"] == [200, 404, 204]
    assert found["a"]["body"]["value"][0]["id"] == tenant.job("workday").id
    assert tenant.job("Slackline").paused
    assert too_many.status_code == 400


async def test_the_directory_can_be_searched_cut_and_paged() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (_, client):
        options = {"$filter": "startswith(displayName, 'workday')", "$select": "id,displayName"}
        found = (await client.get("/servicePrincipals", params=options)).json()["value"]
        first = (await client.get("/users", params={"$top": "999"})).json()
        second = (await client.get(first["@odata.nextLink"])).json()
        third = (await client.get(second["@odata.nextLink"])).json()
        ada = tenant.admins[0]
        by_name = (await client.get(f"/users/{ada['userPrincipalName']}", params={"$select": "id,department"})).json()
        unknown = await client.get("/users", params={"$select": "shoeSize"})
    assert found == [{"id": tenant.job("workday").spec.principal.id, "displayName": "Workday to Entra ID"}]
    assert len(first["value"]) + len(second["value"]) + len(third["value"]) == 2_000
    assert by_name["id"] == ada["id"]
    assert unknown.status_code == 400


async def test_somebody_in_conflict_shows_it_and_is_brought_over_on_demand_once_repaired() -> None:
    tenant, dial = make_tenant()
    job = tenant.job("AD2AADProvisioning")
    [who] = tenant.beat("proxy_conflict", count=1)
    dial.turn(seconds=5)
    person = next(person for person in tenant.world.people if person.ad_guid == who)
    body = {
        "parameters": [{"ruleId": job.spec.rule_id, "subjects": [{"objectId": person.dn, "objectTypeName": "user"}]}]
    }
    url = f"{jobs_of(tenant, 'AD2AAD')}/{job.id}/provisionOnDemand"
    async with open_box(tenant) as (_, client):
        shown = (await client.get(f"/users/{person.id}", params={"$select": "onPremisesProvisioningErrors"})).json()
        failed = (await client.post(url, json=body)).json()
        job.failing[who].trouble.repaired = True
        done = (await client.post(url, json=body)).json()
        wrong = await client.post(url, json={"parameters": [{**body["parameters"][0], "ruleId": "other"}]})
    assert shown["onPremisesProvisioningErrors"][0]["propertyCausingError"] == "ProxyAddress"
    assert "AttributeValueMustBeUnique" in failed["key"]
    assert '"Success"' in done["key"]
    assert wrong.status_code == 400


async def test_credentials_are_good_or_named_as_expired() -> None:
    tenant, dial = make_tenant()
    url = f"{jobs_of(tenant, 'workday')}/{tenant.job('workday').id}"
    async with open_box(tenant) as (_, client):
        good = await client.post(f"{url}/validateCredentials", json={"useSavedCredentials": True})
        tenant.beat("credential_expires")
        dial.turn(seconds=5)
        bad = await client.post(f"{url}/validateCredentials", json={"useSavedCredentials": True})
        restarted = await client.post(f"{url}/restart", json={"criteria": {"resetScope": "Watermark, Escrows"}})
        dial.turn(seconds=10)
        job = (await client.get(url)).json()
    assert (good.status_code, bad.status_code, restarted.status_code) == (204, 400, 204)
    assert bad.json()["error"]["code"] == "WorkdayInvalidCredentials"
    assert job["status"]["code"] == "Active"


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


async def test_tokens_of_teams_verify_with_the_published_keys_until_these_roll_over() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, client):

        async def listed() -> dict[str, Any]:
            metadata = (await client.get(box.environment()["BOT_OPENID_URL"])).json()
            keys = (await client.get(metadata["jwks_uri"])).json()["keys"]
            assert all(key["endorsements"] == ["msteams"] for key in keys)
            return {key["kid"]: jwt.PyJWK(key) for key in keys}

        def claims(token: str, keys: dict[str, Any]) -> dict[str, Any]:
            kid = jwt.get_unverified_header(token)["kid"]
            return jwt.decode(token, keys[kid], algorithms=["RS256"], audience=tenant.app_id)

        first = box.token("http://door/")
        assert claims(first, await listed())["serviceurl"] == "http://door/"
        box.keys.rotate(keep=True)
        keys = await listed()
        assert claims(first, keys) != claims(box.token("http://other/", nonce="1"), keys)
        box.keys.rotate()
        assert list(await listed()) != list(keys)
        assert "exp" not in claims(box.token("http://door/", exp=None), await listed())


async def test_messages_of_a_channel_are_read_newest_first_with_cards_as_text() -> None:
    tenant, dial = make_tenant()
    channel = tenant.team["channels"][1]["id"]
    card: dict[str, Any] = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {"type": "AdaptiveCard", "body": []},
    }
    posted: list[dict[str, Any]] = tenant.messages.setdefault(channel, [])
    for number, thread in (("1", ""), ("2", ""), ("3", "1")):
        dial.turn(seconds=1)
        posted.append({"id": number, "thread": thread, "activity": {"attachments": [card]}, "at": tenant.clock()})
    url = f"/teams/{tenant.team['groupId']}/channels/{channel}/messages"
    async with open_box(tenant) as (_, client):
        roots = (await client.get(url, params={"$top": "1"})).json()
        rest = (await client.get(roots["@odata.nextLink"])).json()
        replies = (await client.get(f"{url}/1/replies")).json()["value"]
    assert [message["id"] for message in roots["value"] + rest["value"]] == ["2", "1"]
    assert [message["replyToId"] for message in replies] == ["1"]
    assert replies[0]["attachments"][0]["content"] == '{"type": "AdaptiveCard", "body": []}'
    assert replies[0]["from"]["application"]["id"] == tenant.app_id


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
