"""Rows of the log become events: the same by either way, and nothing that is broken stops the others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.model import BrokenRow, Wrong
from bot.sources.broken import Broken
from bot.sources.columns import from_columns
from bot.sources.normalise import LONGEST_ID, LONGEST_REASON, from_graph

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-20T11:58:00.1234560Z"
ROW: dict[str, Any] = {
    "id": "row-1",
    "activityDateTime": AT,
    "jobId": "scim.t.1",
    "cycleId": "cycle-1",
    "changeId": "change-1",
    "provisioningAction": "create",
    "servicePrincipal": {"id": "sp-1", "displayName": "Plotter"},
    "sourceIdentity": {
        "id": "o-1",
        "displayName": "Ida Ivens",
        "identityType": "User",
        "details": {"odatatype": "User"},
    },
    "targetIdentity": {"id": "", "displayName": "", "identityType": "User", "details": {}},
    "provisioningStatusInfo": {
        "status": "failure",
        "errorInformation": {"errorCode": "PlotterEntryConflict", "reason": "Already there.", "errorCategory": None},
    },
    "provisioningSteps": [
        {"name": "EntryImportAdd", "provisioningStepType": "import", "status": "success", "details": {}},
        {"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure", "details": {"a": "b"}},
    ],
}


def graph(**changed: Any) -> Any:
    return from_graph(json.dumps(ROW | changed).encode(), NOW)


def columns(changed: dict[str, Any] | None = None, *, export: bool = True) -> Any:
    """The row as Log Analytics has it: by diagnostic settings' spelling, or by Graph's."""
    row, status, steps = ROW, ROW["provisioningStatusInfo"], ROW["provisioningSteps"]
    if export:
        numbers = {"import": 0, "scoping": 1, "export": 5, "success": 0, "failure": 1, "skipped": 2}
        status = {"Status": status["status"], "errorInformation": status["errorInformation"]}
        steps = [
            step | {name: numbers[step[name]] for name in ("provisioningStepType", "status")} for step in steps
        ]  # fmt: skip
    given = {
        "Id": row["id"],
        "At": row["activityDateTime"],
        "JobId": row["jobId"],
        "CycleId": row["cycleId"],
        "ChangeId": row["changeId"],
        "ProvisioningAction": row["provisioningAction"],
        "ResultType": "Failure",
        "ResultSignature": "PlotterEntryConflict",
        "ResultDescription": "Already there.",
        "ProvisioningStatusInfo": json.dumps(status),
        "SourceIdentity": json.dumps(named(row["sourceIdentity"], export)),
        "TargetIdentity": json.dumps(named(row["targetIdentity"], export)),
        "ServicePrincipal": json.dumps(named(row["servicePrincipal"], export)),
        "Steps": json.dumps(steps),
    }
    return from_columns(given | (changed or {}), NOW)


def named(thing: dict[str, Any], export: bool) -> dict[str, Any]:
    words = {"id": "Id", "displayName": "Name"} if export else {}
    return {words.get(name, name): value for name, value in thing.items()}


# --- Rows as they should be --------------------------------------------------------------------------------------------


def test_a_row_says_the_same_whichever_way_it_comes() -> None:
    found = graph()
    assert found.wrong is None
    assert found.event.object_id == "o-1"
    assert found.event.error_code == "PlotterEntryConflict"
    assert found.event.step == "export"
    assert found.event.app_name == "Plotter"
    assert found.event.at == datetime(2026, 11, 20, 11, 58, 0, 123456, tzinfo=UTC)
    assert columns() == columns(export=False) == found


def test_a_row_without_a_source_is_about_its_target() -> None:
    nobody = {"id": "", "displayName": None, "identityType": None}
    somebody = {"id": "t-1", "displayName": "Tom Target", "identityType": "Group"}
    event = graph(sourceIdentity=nobody, targetIdentity=somebody).event
    assert (event.object_id, event.object_name, event.object_type) == ("t-1", "Tom Target", "Group")
    assert graph(sourceIdentity=None, targetIdentity=somebody).event == event


def test_words_are_spelt_as_graph_spells_them_and_unknown_ones_stay() -> None:
    event = graph(provisioningAction="StagedDelete", provisioningStatusInfo={"status": "Failure"}).event
    assert (event.action, event.status) == ("stagedDelete", "failure")
    odd = graph(
        provisioningAction="Teleport",
        provisioningStatusInfo={"status": "Perplexed"},
        provisioningSteps=[{"provisioningStepType": "Reticulation", "status": "failure"}],
    ).event
    assert (odd.action, odd.status, odd.step) == ("Teleport", "Perplexed", "Reticulation")


@pytest.mark.parametrize(
    ("code", "reason", "step", "left"),
    [
        ("NotEffectivelyEntitled", "", {}, True),
        ("", "The user is not in scope of this job.", {}, True),
        ("", "The user is out of the scope.", {}, True),
        ("", "", {"details": {"SkipReason": "NotEffectivelyEntitled"}}, True),
        ("", "", {"provisioningStepType": "scoping", "details": {"IsInProvisioningScopeDisplayName": "False"}}, True),
        ("", "", {"provisioningStepType": "scoping", "status": "skipped"}, True),
        ("RedundantExport", "Both match already.", {"details": {"SkipReason": "RedundantExport"}}, False),
        ("", "", {"provisioningStepType": "scoping", "details": {"IsInProvisioningScope": "True"}}, False),
        ("", "UnableToResolveReferenceAttributeValue", {}, False),
        ("", "", {"details": "not an object"}, False),
    ],
)
def test_skipped_is_out_of_scope_only_where_the_row_says_so(
    code: str, reason: str, step: dict[str, Any], left: bool
) -> None:
    info = {"status": "skipped", "errorInformation": {"errorCode": code, "reason": reason}}
    steps = [{"provisioningStepType": "export", "status": "success"} | step]
    assert graph(provisioningStatusInfo=info, provisioningSteps=steps).event.out_of_scope is left


def test_a_failure_is_never_out_of_scope() -> None:
    info = {"status": "failure", "errorInformation": {"errorCode": "NotEffectivelyEntitled", "reason": "out of scope"}}
    assert graph(provisioningStatusInfo=info).event.out_of_scope is False


# --- Rows as they should not be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"id": ""},
        {"id": ["row-1"]},
        {"jobId": None},
        {"activityDateTime": None},
        {"activityDateTime": "yesterday"},
        {"activityDateTime": "0001-01-01T00:00:00Z"},
        {"activityDateTime": "9999-12-31T23:59:59Z"},
        {"activityDateTime": "2026-11-22T12:00:00Z"},
        {"activityDateTime": 20261120},
        {"sourceIdentity": None, "targetIdentity": None},
        {"sourceIdentity": "Ida", "targetIdentity": []},
    ],
    ids=str,
)
def test_a_row_of_which_too_little_can_be_read_is_told_of_and_gives_no_event(changed: dict[str, Any]) -> None:
    found = graph(**changed)
    assert found.event is None
    assert found.wrong
    assert found.id


@pytest.mark.parametrize(
    "changed",
    [
        {"provisioningAction": 7},
        {"provisioningSteps": "none"},
        {"provisioningSteps": [None, 3, {"status": "failure", "provisioningStepType": "export"}]},
        {"provisioningStatusInfo": {"status": "failure", "errorInformation": "Already there."}},
        {"servicePrincipal": [{"id": "sp-1"}]},
        {"cycleId": {"a": 1}},
        {"id": 12345},
        {"jobId": 7.5},
        {"sourceIdentity": {"id": 4711, "displayName": True}},
        {"sourceIdentity": {"id": "x" * 10_000}},
        {"sourceIdentity": {"id": "o-1", "displayName": "y" * 10_000}},
        {"provisioningStatusInfo": {"status": "failure", "errorInformation": {"reason": "z" * 1_000_000}}},
    ],
    ids=lambda changed: str(changed)[:60],
)
def test_a_row_with_a_broken_field_is_used_without_it_and_told_of(changed: dict[str, Any]) -> None:
    found = graph(**changed)
    assert found.event is not None
    assert found.wrong
    assert found.event.id
    assert len(found.event.object_id) <= LONGEST_ID
    assert len(found.event.reason) <= LONGEST_REASON


def test_long_ids_stay_different() -> None:
    one, other = (graph(sourceIdentity={"id": "x" * 10_000 + end}).event.object_id for end in "ab")
    assert one != other


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b'"row"', b"7", b"\xff\xfe", b"[" * 5_000 + b"]" * 5_000, b'{"id":'], ids=repr
)
def test_what_is_no_object_is_told_of(raw: bytes) -> None:
    found = from_graph(raw, NOW)
    assert found.event is None
    assert found.wrong
    assert found.id == from_graph(raw, NOW).id


def test_text_that_is_no_unicode_costs_only_itself() -> None:
    raw = json.dumps(ROW).replace("Ida Ivens", "Ida \\ud800 Ivens").encode()
    event = from_graph(raw, NOW).event
    assert event is not None
    assert event.object_name == "Ida ? Ivens"
    msgspec.json.encode(event)


def test_a_nul_character_is_left_out() -> None:
    event = graph(sourceIdentity={"id": "o\x001", "displayName": "Ida\x00"}).event
    assert (event.object_id, event.object_name) == ("o1", "Ida")


@pytest.mark.parametrize("column", ["SourceIdentity", "TargetIdentity", "ServicePrincipal", "ProvisioningStatusInfo", "Steps"])  # fmt: skip
@pytest.mark.parametrize(
    "text", ["{", "[1", "Ida Ivens", '"text"', "7", "[]", '{"Id": 7}', "{" * 20_000], ids=lambda t: t[:9]
)
def test_broken_json_in_a_column_is_told_of_by_the_columns_name(column: str, text: str) -> None:
    found = columns({column: text})
    if (column, text) in {("Steps", "[]"), ("ProvisioningStatusInfo", '{"Id": 7}')}:
        assert found.wrong is None
    else:
        assert (found.wrong, found.fields) == (Wrong.NESTED, (column.replace("Steps", "ProvisioningSteps"),))


def test_flat_columns_stand_in_for_a_status_that_is_broken() -> None:
    found = columns({"ProvisioningStatusInfo": "{"})
    assert (found.event.status, found.event.error_code) == ("failure", "PlotterEntryConflict")
    assert found.event.reason == "Already there."


def test_columns_that_are_missing_or_null_are_no_reason_to_fail() -> None:
    assert from_columns({}, NOW).event is None
    found = columns({"CycleId": None, "TargetIdentity": None, "ServicePrincipal": "null", "Steps": ""})
    assert found.event is not None
    assert found.wrong is None
    assert (found.event.cycle_id, found.event.step) == ("", "")


def test_a_column_that_holds_no_text_is_told_of_by_its_name() -> None:
    found = columns({"ChangeId": 7, "CycleId": ["c"]})
    assert found.event is not None
    assert (found.wrong, set(found.fields)) == (Wrong.TYPE, {"ChangeId", "CycleId"})


@pytest.mark.parametrize(
    ("changed", "why", "fields"),
    [
        ({"jobId": None}, Wrong.MISSING, ("jobId",)),
        ({"id": ["row-1"]}, Wrong.TYPE, ("id",)),
        ({"activityDateTime": "yesterday"}, Wrong.TIME, ("activityDateTime",)),
        ({"activityDateTime": "0001-01-01T00:00:00+05:00"}, Wrong.TIME, ("activityDateTime",)),
        ({"activityDateTime": "9999-12-31T23:59:59-05:00"}, Wrong.TIME, ("activityDateTime",)),
        ({"sourceIdentity": {"id": 4711}}, Wrong.TYPE, ("sourceIdentity.id",)),
        ({"provisioningSteps": [{"status": [1]}]}, Wrong.TYPE, ("provisioningSteps.status",)),
        ({"sourceIdentity": {"id": "x" * 10_000}}, Wrong.OVERSIZE, ("sourceIdentity",)),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_is_told_with_where_it_stands(
    changed: dict[str, Any], why: Wrong, fields: tuple[str, ...]
) -> None:
    found = graph(**changed)
    assert (found.wrong, found.fields) == (why, fields)


# --- Counting ----------------------------------------------------------------------------------------------------------


def test_a_broken_row_is_counted_and_logged_once_by_its_id_alone(caplog: pytest.LogCaptureFixture) -> None:
    broken = Broken("graph")
    rows = [graph(), graph(id="row-2", provisioningAction=7), graph(id="row-3", activityDateTime=None)]
    events, found = broken.sift(rows)
    assert [event.id for event in events] == ["row-1", "row-2"]
    assert found == (
        BrokenRow(id="row-2", why=Wrong.TYPE, fields=("provisioningAction",), used=True),
        BrokenRow(id="row-3", why=Wrong.MISSING, fields=("activityDateTime",)),
    )
    assert broken.sift(rows)[1] == ()
    assert [vars(record)["row"] for record in caplog.records] == ["row-2", "row-3"]
    assert "Ida" not in caplog.text


SCOPING: dict[str, Any] = {
    "IsActive": "True",
    "Assigned": "True",
    "IsEffectivelyEntitledForProvisioning": "False",
    "IsInProvisioningScopeDisplayName": "True",
    "SkipReason": "NotEffectivelyEntitled",
}


@pytest.mark.parametrize(
    ("code", "step", "hidden"),
    [
        ("", {"details": SCOPING}, "NotEffectivelyEntitled"),
        ("NotEffectivelyEntitled", {"details": SCOPING | {"Assigned": "False"}}, ""),
        ("NotEffectivelyEntitled", {"details": SCOPING | {"IsActive": "False"}}, ""),
        ("NotEffectivelyEntitled", {"details": SCOPING | {"IsInProvisioningScopeDisplayName": "False"}}, ""),
        ("RedundantExport", {"details": {"Assigned": "True", "IsEffectivelyEntitledForProvisioning": "True"}}, ""),
        ("SlackUnableToResolveReferenceAttributeValue", {}, "UnableToResolveReferenceAttributeValue"),
        (
            "",
            {"details": {"ErrorCode": "UnableToResolveReferenceAttributeValue"}},
            "UnableToResolveReferenceAttributeValue",
        ),
        ("", {"name": "UnableToResolveReferenceAttributeValue"}, "UnableToResolveReferenceAttributeValue"),
        ("", {"details": "Assigned, not an object"}, ""),
        ("", {"details": [1]}, ""),
    ],
)
def test_what_a_skipped_row_hides_is_found_in_its_code_and_in_its_steps(
    code: str, step: dict[str, Any], hidden: str
) -> None:
    info = {"status": "skipped", "errorInformation": {"errorCode": code, "reason": ""}}
    steps = [{"provisioningStepType": "scoping", "status": "success"} | step]
    assert graph(provisioningStatusInfo=info, provisioningSteps=steps).event.hides == hidden
    assert graph(provisioningStatusInfo=info | {"status": "failure"}, provisioningSteps=steps).event.hides == ""
