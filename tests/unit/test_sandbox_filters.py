"""The sandbox's $filter accepts what Graph documents for its logs, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.graph.directory import USERS
from sandbox.graph.filters import Grammar
from sandbox.graph.logs import AUDITS, PROVISIONING
from sandbox.graph.routing import GraphError

ROW: dict[str, Any] = {
    "id": "1",
    "activityDateTime": "2026-11-20T08:00:00.0000000Z",
    "jobId": "scim.abc.def",
    "provisioningAction": "create",
    "servicePrincipal": {"id": "sp", "displayName": "Ada's app"},
    "provisioningStatusInfo": {"status": "failure"},
    "durationInMilliseconds": 70,
    "initiatedBy": {"user": None, "app": {"displayName": "Syncwatch", "appId": "a"}},
    "activityDisplayName": "Disable/pause provisioning configuration",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jobId eq 'scim.abc.def'", True),
        ("jobid eq 'scim.abc.def'", True),
        ("jobId eq 'SCIM.abc.def'", False),
        ("contains(jobId, 'abc')", True),
        ("servicePrincipal/displayName eq 'Ada''s app'", True),
        ("provisioningStatusInfo/status eq 'failure' and activityDateTime gt 2026-11-20T07:59:59Z", True),
        ("activityDateTime gt 2026-11-20T08:00:00Z", False),
        ("activityDateTime eq 2026-11-20T08:00:00.000Z", True),
        ("activityDateTime lt 2026-11-20T10:00:00+01:00", True),
        ("id eq '2' or id eq '1' and jobId eq 'x'", False),
        ("(id eq '2' or id eq '1') and provisioningAction eq 'create'", True),
        ("statusInfo/status eq 'failure'", True),
        ("durationInMilliseconds gt 60", True),
        ("sourceIdentity/id eq 'nobody'", False),
    ],
)
def test_documented_filters_of_the_provisioning_log_work(text: str, found: bool) -> None:
    assert PROVISIONING.parse(text)(ROW) is found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jobId",
        "jobId eq",
        "jobId ne 'x'",
        "activityDateTime ge 2026-11-20T08:00:00Z",
        "activityDateTime le 2026-11-20T08:00:00Z",
        "startswith(jobId, 'x')",
        "not (jobId eq 'x')",
        "jobId in ('x', 'y')",
        "color eq 'red'",
        "JobId eq 'x'",
        "jobId eq 'x",
        "jobId eq x",
        "jobId eq 'x' and",
        "(jobId eq 'x'",
        "jobId eq 'x' jobId eq 'y'",
        "activityDateTime gt 2026-13-40T08:00:00Z",
        "jobId eq 'x'; drop table rows",
    ],
)
def test_all_else_is_refused_with_400(text: str) -> None:
    with pytest.raises(GraphError) as refused:
        PROVISIONING.parse(text)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("activityDateTime ge 2026-11-20T08:00:00Z and activityDateTime le 2026-11-20T08:00:00Z", True),
        ("startswith(activityDisplayName, 'Disable')", True),
        ("initiatedBy/app/displayName eq 'Syncwatch'", True),
        ("initiatedBy/user/id eq 'x'", False),
    ],
)
def test_documented_filters_of_the_audit_log_work(text: str, found: bool) -> None:
    assert AUDITS.parse(text)(ROW) is found


@pytest.mark.parametrize("text", ["activityDateTime gt 2026-11-20T08:00:00Z", "contains(activityDisplayName, 'x')"])
def test_each_log_has_operators_of_its_own(text: str) -> None:
    with pytest.raises(GraphError):
        AUDITS.parse(text)


def test_the_directory_does_not_mind_case() -> None:
    person = {"displayName": "Ada Admin", "accountEnabled": True}
    assert USERS.parse("displayName eq 'ADA ADMIN' and accountEnabled eq true")(person)
    assert USERS.parse("startswith(displayName, 'ada')")(person)


ADDRESSES = Grammar({"proxyAddresses/any": "eq", "errors/any/category": "eq"}, fold=True)
OWNER = {"proxyAddresses": ["SMTP:ada@x.example", "smtp:a@x.example"], "errors": [{"category": "PropertyConflict"}]}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("proxyAddresses/any(p:p eq 'smtp:ADA@x.example')", True),
        ("proxyAddresses/any(p:p eq 'smtp:bob@x.example')", False),
        ("errors/any(o:o/category eq 'PropertyConflict')", True),
        ("errors/any(o:o/category eq 'Other')", False),
    ],
)
def test_any_looks_into_lists_of_texts_and_of_objects(text: str, fits: bool) -> None:
    assert ADDRESSES.parse(text)(OWNER) is fits
    assert ADDRESSES.parse(text)({"proxyAddresses": None}) is False


@pytest.mark.parametrize(
    "text",
    [
        "proxyAddresses/any(p:p ne 'x')",
        "proxyAddresses/any(p:q eq 'x')",
        "proxyAddresses/any(p p eq 'x')",
        "proxyAddresses/any(p:p eq 'x'",
        "errors/any(o:o/other eq 'x')",
        "otherMails/any(p:p eq 'x')",
    ],
)
def test_any_of_what_is_not_documented_is_refused(text: str) -> None:
    with pytest.raises(GraphError):
        ADDRESSES.parse(text)
