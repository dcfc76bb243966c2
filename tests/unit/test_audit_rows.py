"""Rows of the audit log, by Graph and by Log Analytics, whatever is wrong with them."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot import changes
from bot.model import Wrong
from bot.sources.audit_rows import from_columns, from_graph
from bot.sources.broken import Broken
from tests.support.make import NOON


def row(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": "Sync_1",
        "activityDateTime": "2026-11-20T11:48:00Z",
        "activityDisplayName": "Update attribute mappings or scope",
        "loggedByService": "Account Provisioning",
        "result": "success",
        "initiatedBy": {"user": {"id": "u", "displayName": None, "userPrincipalName": "ada@contoso.com"}, "app": None},
        "targetResources": [
            {"id": "g", "displayName": "Some group", "type": "Group"},
            {"id": "sp-1", "displayName": "Workday", "type": "ServicePrincipal"},
        ],
        "additionalDetails": [{"key": "Details", "value": None}],
    }
    return told | more


def raw(**more: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(row(**more)).encode())


def columns(**more: Any) -> dict[str, Any]:
    told = row(**more)
    return {
        "Id": told["id"],
        "At": told["activityDateTime"],
        "Activity": told["activityDisplayName"],
        "LoggedByService": told["loggedByService"],
        "Result": told["result"],
        "ResultReason": None,
        "InitiatedBy": json.dumps(told["initiatedBy"]),
        "TargetResources": json.dumps(told["targetResources"]),
        "Details": json.dumps(told["additionalDetails"]),
    }


def test_both_homes_of_the_log_tell_the_same_event() -> None:
    by_graph, by_logs = from_graph(raw(), NOON).event, from_columns(columns(), NOON).event
    assert by_graph is not None
    assert by_graph == by_logs
    assert (by_graph.actor, by_graph.by_app, by_graph.target_id) == ("ada@contoso.com", False, "sp-1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"activityDateTime": "0001-01-01T00:00:00Z"},
        {"activityDateTime": "2099-01-01T00:00:00Z"},
        {"activityDateTime": 7},
        {"activityDateTime": None},
    ],
)
def test_a_row_without_an_id_or_a_time_that_can_be_is_broken_and_counted(wrong: dict[str, Any]) -> None:
    events, broken = Broken("audits").sift([from_graph(raw(**wrong), NOON)])
    assert events == ()
    assert [(row.why in Wrong, row.used) for row in broken] == [(True, False)]


@pytest.mark.parametrize(
    "odd",
    [
        {"initiatedBy": None},
        {"initiatedBy": "somebody"},
        {"targetResources": None},
        {"targetResources": [None, 3]},
        {"additionalDetails": {"key": "x"}},
        {"result": ["success"]},
    ],
)
def test_whatever_else_is_wrong_the_row_still_counts(odd: dict[str, Any]) -> None:
    assert from_graph(raw(**odd), NOON).event is not None
    assert from_columns(columns(**odd), NOON).event is not None


def test_a_column_that_is_no_json_is_left_out() -> None:
    found = from_columns(columns() | {"InitiatedBy": "{oh", "TargetResources": 7}, NOON)
    assert found.event is not None
    assert (found.event.actor, found.event.target_id) == ("", "")
    assert (found.wrong, found.fields) == (Wrong.NESTED, ("InitiatedBy",))


def test_what_is_no_object_is_broken() -> None:
    assert from_graph(msgspec.Raw(b"[1]"), NOON).event is None


def test_steps_of_single_objects_are_not_kept() -> None:
    events, broken = Broken("audits").sift([from_graph(raw(activityDisplayName="Export"), NOON)])
    assert (changes.read(events), broken) == ((), ())


def test_a_name_is_known_in_every_spelling() -> None:
    for name in (
        "Update application – Certificates and secrets management ",
        "update application - certificates and secrets management",
        "Add service principal credentials.",
    ):
        assert changes.is_read(name)


def test_a_change_that_failed_is_no_change() -> None:
    event = from_graph(raw(result="failure"), NOON).event
    assert event is not None
    assert not changes.is_change(event)
    worked = from_graph(raw(activityDateTime=f"{NOON - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"), NOON).event
    assert worked is not None
    assert changes.is_change(worked)
