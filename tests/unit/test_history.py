"""History: whom a word means, what their rows tell, and how the past adds to the ledger."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import history
from bot.adapters.kql.translate import translate
from bot.model import Cause, Subject
from tests.support.make import NOON, failing

ADA, ADA_AD = "a" * 36, "b" * 36


def found(source: str, target: str, *, name: str = "Ada", address: str = "", minute: int = 0) -> dict[str, Any]:
    details = {"UserPrincipalName": address} if address else {}
    return {
        "SourceIdentity": json.dumps({"Id": source, "Name": name, "identityType": "User", "details": details}),
        "TargetIdentity": json.dumps({"Id": target, "Name": name, "identityType": "User"}),
        "Rows": 2,
        "Last": (NOON + timedelta(minutes=minute)).isoformat(),
    }


def row(number: int, source: str, *, minute: int = 0, status: str = "Success") -> dict[str, Any]:
    steps = [{"provisioningStepType": 0, "status": 0}, {"provisioningStepType": 5, "status": 1, "description": "No."}]
    return found(source, "") | {
        "Id": f"row-{number}",
        "At": (NOON + timedelta(minutes=minute)).isoformat(),
        "JobId": "scim.1",
        "ProvisioningAction": "update",
        "ResultType": status,
        "Steps": json.dumps(steps),
        "ModifiedProperties": '[{"displayName":"mail"},{"displayName":7},null]',
    }


def test_what_one_job_calls_target_and_another_source_is_one_person() -> None:
    rows = [
        found("1001", ADA),
        found(ADA, ADA_AD, address="ada@contoso.com", minute=5),
        found("c" * 36, "", name="Adam"),
    ]
    ada, adam = history.subjects(rows)
    assert ada.ids == (ADA, ADA_AD, "1001")
    assert (ada.name, ada.address, ada.rows) == ("Ada", "ada@contoso.com", 4)
    assert adam.name == "Adam"


def test_a_short_id_joins_only_those_of_one_name() -> None:
    assert len(history.subjects([found("1001", "", name="Ada"), found("1001", "", name="Bob")])) == 2


def test_an_exact_name_comes_before_parts_of_others() -> None:
    both = [Subject(ids=("1",), name="Ada"), Subject(ids=("2",), name="Adam")]
    assert history.meant("ada", both) == both[:1]
    assert history.meant("ad", both) == both


def test_happenings_come_once_the_newest_first_with_steps_and_attributes() -> None:
    rows = [row(1, ADA), row(2, ADA, minute=9, status="Failure"), row(1, ADA), row(3, "somebody else")]
    told = history.happenings(rows, Subject(ids=(ADA,)), NOON)
    assert [each.event.id for each in told] == ["row-2", "row-1"]
    assert [(step.kind, step.status, step.text) for step in told[0].steps] == [
        ("import", "success", ""),
        ("export", "failure", "No."),
    ]
    assert told[0].changed == ("mail", "7")


def test_broken_json_in_any_column_leaves_the_rest_readable() -> None:
    broken = row(1, ADA) | {"Steps": "[{", "ModifiedProperties": "7", "TargetIdentity": "[]"}
    [told] = history.happenings([broken], Subject(ids=(ADA,)), NOON)
    assert (told.steps, told.changed) == ((), ())
    assert history.subjects([{"SourceIdentity": 5, "TargetIdentity": None}, {}]) == []


def test_the_past_counts_where_it_knows_of_more_than_the_ledger() -> None:
    def past(objects: int) -> dict[str, Any]:
        time = NOON.isoformat()
        known = {"JobId": "Workday.t.1", "ResultSignature": "Unheard", "Reason": "Why.", "First": time, "Last": time}
        return known | {"Objects": objects, "Example": json.dumps({"Id": "o9", "Name": "Eve"})}

    ledger = [failing(3, cause=Cause(code="Unheard", attribute="mail"))]
    assert history.merged(ledger, history.failing([past(3)])) == ledger
    [more] = history.merged(ledger, history.failing([past(3), past(4)]))
    assert (more.count, more.examples) == (7, ledger[0].examples)
    [alone] = history.merged([], history.failing([past(1), {"Objects": "x"}]))
    assert alone.examples[0].object_name == "Eve"


def of_somebody(text: str) -> str:
    return history.story(Subject(ids=(text,)))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_no_word_breaks_out_of_its_place_in_a_query(word: str) -> None:
    for ask in (history.finding, of_somebody, history.past_errors):
        assert ask(word).count("\n") == ask("calm").count("\n")
        translate(ask(word), spanned=True, rows=10)
