"""Jobs, the directory, batches and messages over the sandbox's Graph."""

from __future__ import annotations

from asyncio import get_running_loop
from typing import Any

from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from aiohttp.test_utils import make_mocked_request

from sandbox.faults import Faults
from sandbox.graph.app import Graph
from tests.support.tenant_box import jobs_of, make_tenant, open_box

PROVISIONING = "/auditLogs/provisioning"


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


async def test_somebody_in_conflict_is_brought_over_on_demand_once_repaired() -> None:
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
        failed = (await client.post(url, json=body)).json()
        job.failing[who].trouble.repaired = True
        done = (await client.post(url, json=body)).json()
        wrong = await client.post(url, json={"parameters": [{**body["parameters"][0], "ruleId": "other"}]})
    assert "AttributeValueMustBeUnique" in failed["key"]
    assert '"Success"' in done["key"]
    assert wrong.status_code == 400


async def test_what_connect_sync_could_not_take_over_stands_on_the_person() -> None:
    tenant, _ = make_tenant()
    (who,) = tenant.beat("sync_conflict")
    asked = {
        "$filter": "onPremisesProvisioningErrors/any(o:o/category eq 'PropertyConflict')",
        "$select": "id,onPremisesProvisioningErrors",
    }
    async with open_box(tenant) as (_, client):
        (found,) = (await client.get("/users", params=asked)).json()["value"]
    assert found["id"] == who
    assert found["onPremisesProvisioningErrors"][0]["propertyCausingError"] == "ProxyAddress"


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


async def test_somebody_who_is_gone_before_the_request_is_whole_is_no_error_of_the_sandbox() -> None:
    tenant, _ = make_tenant()
    token = tenant.tokens.issue("https://graph.microsoft.com/.default")
    half = StreamReader(BaseProtocol(get_running_loop()), 2**16)
    half.set_exception(ConnectionResetError("Connection lost"))
    request = make_mocked_request("POST", "/v1.0/$batch", {"Authorization": f"Bearer {token}"}, payload=half)
    answer = await Graph(tenant, Faults(), throttle=False).serve(request)
    assert answer.status == 400
