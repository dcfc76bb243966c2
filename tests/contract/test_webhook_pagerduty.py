"""PagerDuty: one alert for one incident, which calls somebody out of bed once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from bot.model import Severity
from bot.ports import NotTaken, TryLater, Undeliverable
from cards.sample import IN_QUARANTINE
from tests.support.hooks import DESK, AtPagerDuty, acknowledged, at_home, message, reopened, report, resolved, worse
from tests.support.receivers import PAGE, Upset

OPENED = message(IN_QUARANTINE)


@pytest.fixture
async def home() -> AsyncIterator[AtPagerDuty]:
    async with at_home("pagerduty") as home:
        yield home


async def test_an_event_says_what_is_wrong_and_where(home: AtPagerDuty) -> None:
    await home.hooks.post(DESK, OPENED)
    (event,) = home.server.events
    assert event["dedup_key"] == "syncwatch:contoso:42"
    assert event["payload"]["summary"] == "High: Workday to Entra ID is in quarantine (#42)"
    assert (event["payload"]["severity"], event["payload"]["class"]) == ("error", "quarantine")
    assert event["payload"]["timestamp"] == "2026-11-20T22:14:00+00:00"
    assert event["payload"]["custom_details"]["objects"] == 128


async def test_somebody_is_called_once_for_each_time_that_it_comes(home: AtPagerDuty) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    incident = IN_QUARANTINE
    for move in (worse, acknowledged, worse, resolved):
        incident = move(incident)
        await home.hooks.update(DESK, posted, message(incident))
        with pytest.raises(NotTaken):
            await home.hooks.note(DESK, posted, "It goes on", message(incident))
    assert (home.server.pages, home.states()) == (1, ["resolved"])
    await home.hooks.update(DESK, posted, message(reopened(incident)))
    assert (home.server.pages, home.states()) == (2, ["open"])


async def test_lost_answers_call_nobody_twice(home: AtPagerDuty) -> None:
    home.server.next = [Upset(lost=True), Upset(status=500, works=True)]
    for _ in range(2):
        with pytest.raises(TryLater):
            await home.hooks.post(DESK, OPENED)
    await home.hooks.post(DESK, OPENED)
    assert home.server.pages == 1


async def test_what_somebody_has_by_now_is_acknowledged_and_what_is_over_calls_nobody(home: AtPagerDuty) -> None:
    await home.hooks.post(DESK, message(acknowledged(IN_QUARANTINE)))
    assert home.states() == ["acknowledged"]
    await home.hooks.post(DESK, message(resolved(replace(IN_QUARANTINE, number=43))))
    assert home.server.pages == 1


async def test_a_page_of_a_gateway_is_no_acceptance(home: AtPagerDuty) -> None:
    home.server.next = [Upset(status=200, body=PAGE)]
    with pytest.raises(TryLater, match="answered 200 where PagerDuty answers 202: something else seems to answer at"):
        await home.hooks.post(DESK, OPENED)
    assert home.server.pages == 0


@pytest.mark.parametrize(
    ("severity", "theirs"),
    [(Severity.CRITICAL, "critical"), (Severity.HIGH, "error"), (Severity.MEDIUM, "warning"), (Severity.LOW, "info")],
)
async def test_each_severity_has_its_twin(home: AtPagerDuty, severity: Severity, theirs: str) -> None:
    await home.hooks.post(DESK, message(replace(IN_QUARANTINE, alert=replace(IN_QUARANTINE.alert, severity=severity))))
    assert home.server.events[0]["payload"]["severity"] == theirs


async def test_whatever_a_title_holds_the_event_is_taken(home: AtPagerDuty) -> None:
    alert = replace(IN_QUARANTINE.alert, title="\x00\u202e" * 900, detail="y" * 9000, job_name="", job_id="", rule="r")
    incident = replace(IN_QUARANTINE, alert=alert)
    sent = replace(message(incident), summary="x" * 5000)
    await home.hooks.post(DESK, sent)
    assert home.states() == ["open"]


async def test_a_report_pages_nobody(home: AtPagerDuty) -> None:
    with pytest.raises(Undeliverable, match="takes incidents and no reports"):
        await home.hooks.post(DESK, report())
    assert home.server.heard == []
