"""What every webhook does, each kind against a receiver of its own on a real socket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.webhooks.caller import LARGEST
from bot.model import Conversation, Posted
from bot.model.routes import Webhook
from bot.ports import CannotLook, NotTaken, TryLater, Undeliverable
from cards.sample import ADDRESSES_CLASH, IN_QUARANTINE
from tests.support.hooks import DESK, HOMES, NOW, acknowledged, at_home, http_date, message, reopened, resolved, worse
from tests.support.receivers import PAGE, Upset

OPENED = message(IN_QUARANTINE)


@pytest.fixture(params=HOMES)
async def home(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with at_home(request.param) as home:
        yield home


async def deliver(home: Any) -> Posted:
    """Post as the outbox does after an answer was lost: look first."""
    try:
        found = await home.hooks.find(DESK, OPENED.marker)
    except CannotLook:
        found = None
    return found or await home.hooks.post(DESK, OPENED)


async def trouble(call: Awaitable[object]) -> TryLater | None:
    """The reason why it may have arrived or not; None where it has."""
    try:
        await call
    except TryLater as error:
        return error if error.uncertain else pytest.fail(f"{error} is certain")
    return None


async def test_an_incident_is_one_thing_there_through_all_its_life(home: Any) -> None:
    told: list[list[str]] = []
    posted = await home.hooks.post(DESK, OPENED)
    told.append(home.states())
    incident = IN_QUARANTINE
    for move in (worse, acknowledged, resolved, reopened, acknowledged, resolved):
        incident = move(incident)
        await home.hooks.update(DESK, posted, message(incident))
        told.append(home.states())
    assert told[:4] == [["open"], ["open"], ["acknowledged"], ["resolved"]]
    assert told[4] in (["open"], ["acknowledged"])  # ServiceNow takes a case up again in progress
    assert told[5:] == [["acknowledged"], ["resolved"]]


async def test_what_is_said_already_is_not_said_again(home: Any) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    calls = len(home.server.heard)
    for _ in range(3):
        await home.hooks.update(DESK, posted, OPENED)
    assert len(home.server.heard) == calls


async def test_a_dry_run_knows_who_takes_notes(home: Any) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    taken = True
    try:
        await home.hooks.note(DESK, posted, "It goes on", OPENED)
    except NotTaken:
        taken = False
    assert Webhook(name="desk", kind=home.kind, url="", secret="").takes_notes is taken


async def test_two_incidents_are_two_things(home: Any) -> None:
    await home.hooks.post(DESK, OPENED)
    await home.hooks.post(DESK, message(ADDRESSES_CLASH))
    assert home.states() == ["open", "open"]


@pytest.mark.parametrize("status", [408, 425, 429])
async def test_who_asks_to_wait_is_waited_for_and_has_taken_nothing(home: Any, status: int) -> None:
    home.server.next = [
        Upset(status=status, headers={"Retry-After": "7"}),
        Upset(status=status, headers={"Retry-After": http_date(NOW + timedelta(seconds=90))}),
        Upset(status=status, headers={"Retry-After": "99999999"}),
        Upset(status=status, headers={"Retry-After": "next week, maybe"}),
    ]
    waits: list[float | None] = []
    for _ in range(4):
        with pytest.raises(TryLater) as caught:
            await home.hooks.post(DESK, OPENED)
        assert not caught.value.uncertain
        waits.append(caught.value.after)
    assert waits == [7, 90, 3600, None]


@pytest.mark.parametrize("upset", [Upset(lost=True), Upset(status=502, works=True)], ids=["lost", "502"])
async def test_an_answer_that_is_lost_after_the_work_was_done_doubles_nothing(home: Any, upset: Upset) -> None:
    home.server.next = [upset]
    with pytest.raises(TryLater) as caught:
        await home.hooks.post(DESK, OPENED)
    assert caught.value.uncertain
    posted = await deliver(home)
    assert home.states() == ["open"]
    await home.hooks.update(DESK, posted, message(resolved(IN_QUARANTINE)))
    assert home.states() == ["resolved"]


async def test_what_was_overtaken_before_its_answer_came_is_put_right(home: Any) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    read = [Upset(works=True)] if home.kind == "servicenow" else []
    home.server.next = [*read, Upset(status=504, works=True)]
    over = resolved(IN_QUARANTINE)
    assert await trouble(home.hooks.update(DESK, posted, message(over))) is not None
    assert home.states() == ["resolved"]
    await home.hooks.update(DESK, posted, message(reopened(over)))
    assert home.states() in (["open"], ["acknowledged"])


async def test_a_fault_of_its_own_is_tried_again_and_may_have_arrived(home: Any) -> None:
    home.server.next = [Upset(status=500), Upset(status=503, headers={"Retry-After": "30"})]
    reasons = [await trouble(home.hooks.post(DESK, OPENED)) for _ in range(2)]
    assert [reason and reason.after for reason in reasons] == [15 if home.kind == "servicenow" else None, 30]
    await deliver(home)
    assert home.states() == ["open"]


@pytest.mark.parametrize(("status", "gone"), [(400, False), (401, False), (403, False), (413, False), (410, True)])
async def test_a_refusal_is_final_and_said_in_a_sentence(home: Any, status: int, gone: bool) -> None:
    home.server.next = [Upset(status=status)]
    with pytest.raises(Undeliverable, match=rf"The webhook 'desk' answered {status}: \w+ .+") as caught:
        await home.hooks.post(DESK, OPENED)
    assert caught.value.gone is gone
    await home.hooks.post(DESK, OPENED)
    assert home.states() == ["open"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(home: Any, status: int) -> None:
    home.server.next = [Upset(status=status, headers={"Location": f"{home.server.url}/elsewhere"})]
    with pytest.raises(Undeliverable, match="points to another address"):
        await home.hooks.post(DESK, OPENED)
    assert len(home.server.heard) == 1


@pytest.mark.parametrize("works", [True, False], ids=["done", "asleep"])
@pytest.mark.parametrize("body", [PAGE, b"", b"\xff{" * LARGEST], ids=["page", "nothing", "flood"])
async def test_a_page_that_is_no_answer_holds_nothing_up(home: Any, body: bytes, works: bool) -> None:
    home.server.next = [Upset(status=200, body=body, works=works)]
    reason = await trouble(home.hooks.post(DESK, OPENED))
    assert (reason is None) is (home.kind == "generic")  # which is asked for a 2xx and nothing else
    assert reason is None or "something else seems to answer at its address" in str(reason)
    posted = await deliver(home)
    await home.hooks.update(DESK, posted, message(resolved(IN_QUARANTINE)))
    assert home.states() == ["resolved"]


async def test_who_does_not_answer_is_not_waited_for_long() -> None:
    for kind in HOMES:
        async with at_home(kind, patience=0.2) as home:
            home.server.next = [Upset(hangs=True)]
            with pytest.raises(TryLater) as caught:
                await home.hooks.post(DESK, OPENED)
            assert caught.value.uncertain


async def test_who_is_not_there_has_taken_nothing(home: Any) -> None:
    await home.server.stop()
    with pytest.raises(TryLater, match="cannot be reached") as caught:
        await home.hooks.post(DESK, OPENED)
    assert not caught.value.uncertain


async def test_no_secret_and_no_answer_is_told_to_anybody(home: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    home.server.next = [Upset(status=status) for status in (400, 401, 404, 429, 500, 503)] + [Upset(lost=True)]
    said: list[str] = []
    for _ in range(7):
        with pytest.raises((TryLater, Undeliverable)) as caught:
            await home.hooks.post(DESK, OPENED)
        said += [str(caught.value), repr(caught.value), repr(home.hooks)]
    for text in [*said, caplog.text]:
        assert home.secret not in text
        assert "SECRET-IN-THE-ANSWER" not in text


async def test_a_webhook_that_is_not_configured_any_more_is_gone(home: Any) -> None:
    with pytest.raises(Undeliverable, match="No webhook 'old' is configured any more") as caught:
        await home.hooks.post(Conversation(id="webhook:old", tenant_id="t", service_url=""), OPENED)
    assert caught.value.gone
