"""Decoding what vendors send: wrong types cost only themselves."""

import msgspec
import pytest

from bot.adapters import lenient
from bot.adapters.graph import reading
from bot.adapters.graph.kinds import distinct, kind_of
from bot.adapters.graph.wire import Principal, WireJob, WireJobs
from bot.adapters.wording import clean, retry_after
from bot.model import Job

PRINCIPAL = Principal(id="sp-1", display_name="Plotter", app_id="app-1")


def job(text: str) -> Job:
    found = reading.job(lenient.decode(text.encode(), WireJob), PRINCIPAL)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "status",
    [
        "null",
        "7",
        "[]",
        '"Active"',
        "{}",
        '{"code": null, "quarantine": 3, "lastExecution": "soon", "synchronizedEntryCountByType": {"a": 1}}',
        '{"code": {"a": 1}, "escrowsPruned": "yes", "countSuccessiveCompleteFailures": "many"}',
        '{"lastExecution": {"timeBegan": 7, "countExported": 99999999999999999999, "error": []}}',
        '{"quarantine": {"currentBegan": "0001-01-01T00:00:00Z", "error": {"code": 4}}}',
    ],
)
def test_a_job_with_a_broken_status_is_still_a_job(status: str) -> None:
    found = job(f'{{"id": "scim.t.1", "templateId": 4, "schedule": [], "status": {status}}}')
    assert found.name == "Plotter"
    assert found.quarantine is None


def test_one_broken_job_does_not_cost_the_others() -> None:
    found = lenient.decode(b'{"value": [{"id": "a"}, 7, {"id": ["b"]}, null, {"id": "c"}]}', WireJobs)
    assert [wire.id for wire in found.value or ()] == ["a", None, "c"]


def test_a_quarantine_without_a_reason_is_one_all_the_same() -> None:
    found = job('{"id": "a", "status": {"code": "Quarantine", "quarantine": null}}').quarantine
    assert found is not None
    assert found.reason == "Unknown"


def test_an_old_quarantine_without_a_beginning_is_none() -> None:
    text = '{"id": "a", "status": {"code": "Active", "quarantine": {"reason": "Unknown", "currentBegan": "0001-01-01T00:00:00Z"}}}'
    assert job(text).quarantine is None


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"7", b"<html>", b"\xff"])
def test_what_is_no_object_is_unreadable(data: bytes) -> None:
    with pytest.raises(lenient.Unreadable):
        lenient.decode(data, WireJob)


@pytest.mark.parametrize(
    ("job_id", "template", "kind"),
    [
        ("AD2AADProvisioning.t.1", "AD2AADProvisioning", "Cloud sync: AD → Entra ID"),
        ("AD2AADProvisioning.t.1", "", "Cloud sync: AD → Entra ID"),
        ("AD2AADProvisioning.t.1", "ADDCInPassthrough", "Cloud sync: AD → Entra ID"),
        ("AD2AADPasswordHash.t.1", "AD2AADPasswordHash", "Cloud sync: password hash"),
        ("Azure2Azure.t.1", "Azure2Azure", "Cross-tenant sync"),
        ("scim.t.1", "scim", "SCIM app"),
        ("Workday2AAD.t.1", "Workday2AAD", "HR: Workday"),
        ("SuccessFactorsInbound.t.1", "", "HR: SuccessFactors"),
        ("BoxOutDelta.t.1", "BoxOutDelta", "App: BoxOutDelta"),
        ("Something new", "", ""),
    ],
)
def test_the_kind_is_told_by_the_template_or_the_id(job_id: str, template: str, kind: str) -> None:
    assert kind_of(job_id, template) == kind


def test_names_that_are_shared_are_told_apart_by_kind_and_then_by_id() -> None:
    one = Job(id="scim.t.aaaa", service_principal="1", name="Plotter", kind="SCIM app")
    names = [
        job.name
        for job in distinct(
            [
                one,
                msgspec.structs.replace(one, id="scim.t.bbbb"),
                msgspec.structs.replace(one, id="c", kind="Cross-tenant sync"),
                msgspec.structs.replace(one, id="d", name="Ledger"),
            ]
        )
    ]
    assert names == ["Plotter – SCIM app (aaaa)", "Plotter – SCIM app (bbbb)", "Plotter – Cross-tenant sync", "Ledger"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("7.5", 7.5),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("99999999", 3600.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date_and_never_longer_than_an_hour(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds


def test_a_vendors_words_are_one_short_line() -> None:
    assert clean("a\n  b.\r\n") == "a b"
    assert len(clean("x" * 10_000)) == 300
    assert clean(None) == clean(7) == ""
