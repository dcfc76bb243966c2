"""Every answer of the sandbox's Graph has the shape that Graph's own description gives it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from sandbox.graph.routing import ROUTES, Reply
from sandbox.tenant import Tenant
from tests.support.tenant_box import ask, later, make_tenant

DATA = Path(__file__).parents[1] / "data"
GRAPH, MESSAGES, GROUPS = "graph-openapi.json", "graph-messages.json", "graph-groups.json"
ROLES, APPS = "graph-roles.json", "graph-apps.json"


@cache
def description(file: str) -> dict[str, Any]:
    return json.loads((DATA / file).read_text(encoding="utf-8"))


@cache
def validator(file: str, reference: str) -> Draft202012Validator:
    registry = Registry([(f"urn:{file}", description(file))], draft=Draft202012)
    return Draft202012Validator({"$ref": f"urn:{file}{reference}"}, registry=registry)


def operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Where a route is described, and how. Fails where it is not: nothing undocumented is served."""
    for file in (GRAPH, MESSAGES, GROUPS, ROLES, APPS):
        found = description(file)["paths"].get(path, {}).get(method.lower())
        if found is not None:
            return file, found
    pytest.fail(f"{method} {path} is served but not described")


def check(method: str, path: str, reply: Reply) -> None:
    """The reply is one that the description of its route allows."""
    file, described = operation(method, path)
    if reply.status >= 400:
        validator(GRAPH, "#/components/schemas/odata.error").validate(reply.body)
        return
    status = "204" if reply.body is None and reply.status == 200 else str(reply.status)
    answer = described["responses"][status]
    if reply.body is not None:
        validator(file, answer["content"]["application/json"]["schema"]["$ref"]).validate(as_json(reply.body))


def as_json(body: Any) -> Any:
    return json.loads(json.dumps(body))


def quiet() -> Tenant:
    return make_tenant()[0]


def first_minute() -> Tenant:
    tenant, dial = make_tenant("default")
    later(tenant, dial, seconds=60)
    return tenant


def everything_at_once() -> Tenant:
    tenant, dial = make_tenant("storm")
    for beat in ("too_many_deletes", "threshold", "escrows_pruned", "stopped_in_portal", "lost_members"):
        tenant.beat(beat)
    later(tenant, dial, minutes=4)
    tenant.beat("bulk", rows=200, hours=0.1)
    later(tenant, dial, minutes=10)
    return tenant


def in_an_initial_cycle() -> Tenant:
    tenant, dial = make_tenant(history_hours=0)
    for job in list(tenant.jobs.values()):
        url = f"/servicePrincipals/{job.spec.principal.id}/synchronization/jobs/{job.id}/restart"
        ask(tenant, url, "POST", {"criteria": {"resetScope": "Full"}})
    later(tenant, dial, seconds=1)
    return tenant


TENANTS = [quiet, first_minute, everything_at_once, in_an_initial_cycle]


def filled(tenant: Tenant, path: str) -> list[str]:
    """A path with its open places filled in, once for every job where it is about one."""
    team = tenant.team
    channel = team["channels"][0]["id"]
    chat = "19:chat@unq.gbl.spaces"
    card = {
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}}]
    }
    tenant.messages[channel] = [
        {"id": "1", "thread": "", "activity": {"text": "<b>hello</b>", **card}, "at": tenant.clock()},
        {"id": "2", "thread": "1", "activity": {"from": {"aadObjectId": "x", "name": "Ada"}}, "at": tenant.clock()},
    ]
    tenant.messages[chat] = tenant.messages[channel]
    world = tenant.world
    words = {
        "applicationId": world.guid("application object", world.principals[0].name),
        "directoryAuditId": tenant.audits[0]["id"] if tenant.audits else "none",
        "organizationId": tenant.id,
        "teamId": team["groupId"],
        "channelId": channel,
        "messageId": "1",
        "chatId": chat,
        "userId": world.people[10].id,
        "id": world.groups[0].id if path.startswith("/groups") else world.people[0].id,
    }
    return [
        path.format(
            **words,
            servicePrincipalId=job.spec.principal.id,
            jobId=job.id,
            templateId=job.spec.template,
        )
        for job in tenant.jobs.values()
    ]


def body_for(tenant: Tenant, path: str) -> Any:
    if path.endswith("/validateCredentials"):
        return {"useSavedCredentials": True}
    if path.endswith("/installedApps"):
        return {"teamsApp@odata.bind": f"https://graph/v1.0/appCatalogs/teamsApps/{tenant.apps.catalogue_id}"}
    if path.endswith("/provisionOnDemand"):
        job = next(job for job in tenant.jobs.values() if f"/{job.id}/" in path)
        subject = {"objectId": job.pool[0].id, "objectTypeName": job.pool[0].type}
        return {"parameters": [{"ruleId": job.spec.rule_id, "subjects": [subject]}]}
    return None


@pytest.mark.parametrize("state", TENANTS, ids=lambda state: state.__name__)
def test_every_route_answers_as_described_in_every_state(state: Any) -> None:
    tenant = state()
    for method, path in ROUTES:
        for url in filled(tenant, path):
            check(method, path, ask(tenant, url, method, body_for(tenant, url)))


@pytest.mark.parametrize("state", TENANTS, ids=lambda state: state.__name__)
def test_every_row_of_the_logs_is_as_described(state: Any) -> None:
    tenant = state()
    for path in ("/auditLogs/provisioning", "/auditLogs/directoryAudits"):
        query = {"top": "1000"}
        while True:
            reply = ask(tenant, path, **query)
            check("GET", path, reply)
            if "@odata.nextLink" not in reply.body:
                break
            # Without a client, follow the link by what is left: what is on this page is taken away.
            shown = {row["id"] for row in reply.body["value"]}
            tenant.arrived[:] = [row for row in tenant.arrived if row.event["id"] not in shown]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/servicePrincipals/nobody"),
        ("GET", "/servicePrincipals/nobody/synchronization/jobs"),
        ("GET", "/nowhere"),
        ("DELETE", "/users"),
        ("GET", "/users/nobody"),
        ("GET", "/auditLogs/directoryAudits/none"),
        ("GET", "/teams/none/channels/none/messages"),
        ("GET", "/chats/none/messages"),
    ],
)
def test_what_is_not_there_is_refused_in_graphs_error_shape(method: str, path: str) -> None:
    reply = ask(quiet(), path, method)
    assert reply.status in (400, 404, 405)
    validator(GRAPH, "#/components/schemas/odata.error").validate(reply.body)


def test_unknown_words_are_the_only_answers_that_are_not_as_described() -> None:
    tenant, dial = make_tenant()
    told = tenant.beat("unknown_words")
    later(tenant, dial, seconds=5)
    job = tenant.jobs[told["job"]]
    path = f"/servicePrincipals/{job.spec.principal.id}/synchronization/jobs/{job.id}"
    assert not validator(GRAPH, "#/components/schemas/microsoft.graph.synchronizationJob").is_valid(
        as_json(ask(tenant, path).body)
    )
    rows = [row.event for row in tenant.arrived if row.event["id"] in told["rows"]]
    row_shape = validator(GRAPH, "#/components/schemas/microsoft.graph.provisioningObjectSummary")
    assert not any(row_shape.is_valid(as_json(row)) for row in rows)
