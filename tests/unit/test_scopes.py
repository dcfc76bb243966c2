"""Groups in the scope of jobs, as they are remembered from one look to the next."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.detect import detect_tenant
from bot.model import FoundGroup, ScopedGroup, Tenant
from bot.scopes import TOLD_FOR, remember
from tests.support.make import NOON, job


def group(**more: Any) -> FoundGroup:
    told: dict[str, Any] = {"id": "g1", "name": "Finance"}
    return FoundGroup(**(told | more))


def after(*looks: FoundGroup, days: float = 0.1) -> tuple[ScopedGroup, ...]:
    """What is remembered after looks that lie so many days apart."""
    known: tuple[ScopedGroup, ...] = ()
    for number, found in enumerate(looks):
        known = remember(known, [found], NOON + timedelta(days=days * number))
    return known


def test_a_group_as_it_always_was_is_no_trouble() -> None:
    assert [each.trouble for each in after(group(), group(), group())] == [""]


def test_a_group_that_was_always_empty_is_no_trouble_and_one_that_lost_its_members_is() -> None:
    assert after(group(empty=True), group(empty=True))[0].trouble == ""
    assert after(group(), group(empty=True))[0].trouble == "empty"
    assert after(group(), group(empty=True), group())[0].trouble == ""


def test_a_new_name_is_told_for_a_week_and_then_it_is_the_name() -> None:
    (renamed,) = after(group(), group(name="Money"), group(name="Money"))
    assert (renamed.trouble, renamed.name, renamed.now_named) == ("renamed", "Finance", "Money")
    (used_to,) = after(group(), *[group(name="Money")] * 10, days=1)
    assert (used_to.trouble, used_to.name) == ("", "Money")


def test_a_deleted_group_is_missing_for_a_week_or_until_it_is_back() -> None:
    assert after(group(), group(gone=True, name=""))[0].trouble == "missing"
    assert after(group(), group(gone=True), group())[0].trouble == ""
    assert after(group(), *[group(gone=True)] * 10, days=TOLD_FOR.days / 5) == ()


def test_a_group_whose_assignment_was_taken_away_is_forgotten() -> None:
    assert remember(after(group()), [], NOON) == ()


@given(st.permutations([("j1", after(group(), group(empty=True))), ("j2", after(group(), group(empty=True)))]))
def test_one_group_is_one_alert_in_whatever_order_its_jobs_come(
    scopes: list[tuple[str, tuple[ScopedGroup, ...]]],
) -> None:
    jobs = (job(id="j1"), job("Other", id="j2"))
    findings, _ = detect_tenant(Tenant(now=NOON, jobs=jobs, scopes=tuple(scopes)))
    (told,) = [each for each in findings if each.alert.rule == "group_scope"]
    assert told.evidence.facts[0] == ("In the scope of", "Workday to Entra ID, Other")
