"""What the bot did itself is no trouble: its own audit trail says who asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.model import AuditEntry, AuditEvent
from bot.own_acts import Act, acts, named, others
from bot.ports import Answered
from tests.support.make import ADA, NOON, job

OURS, THEIRS = "11111111-aaaa-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
RESTART = "Enable/restart provisioning configuration"
JOB = job()
ASKED = AuditEntry(
    at=NOON, person=ADA, conversation_id="c", command="restart", words=f"{JOB.id} --scope portal", outcome="confirmed"
)
(DONE,) = acts([ASKED], {JOB.id: JOB})


def answer(*, activity: str = RESTART, by_app: str = OURS, at: datetime = NOON, principal: str = "") -> Answered:
    """One row of a rule's answer."""
    columns = ("TimeGenerated", "datetime"), ("PrincipalId", "string"), ("Activity", "string"), ("ByApp", "string")
    return Answered(columns=columns, rows=((at, principal or JOB.service_principal, activity, by_app),))


def row(number: int = 1, *, at: datetime = NOON, by_app: bool = True) -> AuditEvent:
    return AuditEvent(
        id=str(number),
        at=at,
        activity=RESTART,
        result="success",
        actor="Syncwatch",
        by_app=by_app,
        target_id=JOB.service_principal,
    )


def test_a_confirmed_restart_is_an_act_on_the_jobs_service_principal() -> None:
    assert Act(at=NOON, principal=JOB.service_principal, activity=RESTART.lower(), by=ADA.name) == DONE
    assert acts([replace(ASKED, command="ack"), replace(ASKED, words="gone.1 --scope portal")], {JOB.id: JOB}) == ()


@pytest.mark.parametrize(
    "own",
    [
        answer(),
        answer(by_app=OURS.upper()),
        answer(by_app="unknown"),
        answer(activity=f" {RESTART.upper()}."),
        answer(at=NOON + timedelta(minutes=9)),
    ],
)
def test_a_row_of_the_bots_own_act_is_left_out(own: Answered) -> None:
    assert others(own, [DONE], OURS).rows == ()


@pytest.mark.parametrize(
    "strange",
    [
        answer(by_app=""),
        answer(by_app=THEIRS),
        answer(activity="Delete provisioning configuration"),
        answer(at=NOON + timedelta(minutes=11)),
        answer(at=NOON - timedelta(minutes=3)),
        answer(principal="somebody else's"),
    ],
    ids=["a person", "another application", "another activity", "later", "earlier", "another job"],
)
def test_what_others_did_stays(strange: Answered) -> None:
    assert others(strange, [DONE], OURS) == strange


def test_a_rule_that_does_not_say_whose_doing_a_row_was_keeps_its_rows() -> None:
    plain = Answered(columns=(("Who", "string"),), rows=(("ada",),))
    assert others(plain, [DONE], OURS) == plain


def test_one_act_stands_behind_one_row_the_nearest_and_names_who_asked() -> None:
    near, far, by_person = (
        row(1, at=NOON + timedelta(seconds=20)),
        row(2, at=NOON + timedelta(minutes=5)),
        row(3, by_app=False),
    )
    told: Iterator[str] = (each.actor for each in named([far, near, by_person], [DONE]))
    assert list(told) == ["Syncwatch", f"{ADA.name} (through Syncwatch)", "Syncwatch"]
