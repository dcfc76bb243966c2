"""From the outbox to a webhook and back: nothing lost, nothing made twice, and nothing held up by a receiver in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import Conversation, Incident, State
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Card
from bot.present import incident_card
from cards.notes import summary
from cards.sample import ADDRESSES_CLASH, IN_QUARANTINE
from tests.support.hooks import DESK, HOMES, NOW, acknowledged, at_home, reopened, resolved, worse
from tests.support.receivers import PAGE, Upset

GONE = [
    Upset(lost=True),
    Upset(status=503, works=True),
    Upset(status=200, body=PAGE),
    Upset(status=502),
    Upset(status=429),
]

MANY = 40


class Bot:
    """The store and the outbox, whose process may die; time passes only where it is let."""

    def __init__(self, store: Store, home: Any) -> None:
        self.store, self.home, self.now = store, home, NOW
        self.restart()

    def restart(self) -> None:
        self.deliverer = Deliverer(
            store=self.store,
            receivers=lambda conversation: self.home.hooks.each[conversation.id],
            render=self._drawn,
            now=lambda: self.now,
            pacing=Pacing(lambda: self.now.timestamp()),
        )

    def _drawn(self, incident: Incident, _: Conversation) -> tuple[Card, str]:
        return incident_card(incident, self.now), summary(incident)

    async def happens(self, incident: Incident, note: str = "") -> Incident:
        """It is stored together with what is to be told, as the watch does it."""
        async with self.store.begin() as tx:
            saved = await tx.incidents.save(incident)
            if not incident.number:
                await tx.outbox.want_card(saved.number, DESK.id, saved.revision)
            await tx.outbox.refresh(saved.number, saved.revision)
            if note:
                await tx.outbox.add_note(saved.number, f"#{saved.number} {note}")
        return saved

    async def rest(self, minutes: int = 30) -> None:
        """Let time pass, and deliver whatever becomes due."""
        for _ in range(minutes * 2):
            await self.deliverer.deliver()
            self.now += timedelta(seconds=30)


@pytest.fixture(params=HOMES)
async def bot(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bot]:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(at_home(request.param))
        store = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}")
        stack.push_async_callback(store.close)
        async with store.begin() as tx:
            await tx.conversations.save(DESK)
        yield Bot(store, home)


async def test_an_incident_is_told_through_all_its_life_whatever_goes_wrong(bot: Bot) -> None:
    moves: list[tuple[str, Callable[[Incident], Incident], list[str]]] = [
        ("", lambda new: replace(new, number=0), ["open"]),
        ("Ada has it", acknowledged, ["acknowledged"]),
        ("It is over", resolved, ["resolved"]),
        ("It came back", reopened, ["open", "acknowledged"]),
        ("It is over again", resolved, ["resolved"]),
    ]
    incident = IN_QUARANTINE
    for note, move, wanted in moves:
        bot.home.server.next = list(GONE)
        incident = await bot.happens(move(incident), note)
        bot.restart()
        await bot.rest()
        (state,) = bot.home.states()
        assert state in wanted
    said = bot.home.notes()
    assert said is None or said == [f"#{incident.number} {note}" for note, _, _ in moves[1:]]


async def test_what_the_receiver_refuses_holds_nothing_else_up(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    await bot.happens(replace(IN_QUARANTINE, number=0))
    await bot.happens(replace(ADDRESSES_CLASH, number=0))
    bot.home.server.next = [Upset(status=400)]
    await bot.rest(minutes=1)
    assert len(bot.home.server.heard) == 2
    assert "undeliverable: The webhook 'desk' answered 400: it does not understand the call" in caplog.messages
    assert "SECRET-IN-THE-ANSWER" not in caplog.text


async def test_many_incidents_at_once_are_each_one_thing_there_though_answers_are_lost_and_the_bot_dies(
    bot: Bot,
) -> None:
    numbers = [(await bot.happens(replace(IN_QUARANTINE, number=0))).number for _ in range(MANY)]
    bot.home.server.next = [upset for _ in range(MANY // len(GONE)) for upset in GONE]
    await bot.deliverer.look()
    while len(bot.home.server.heard) < MANY // 2:  # noqa: ASYNC110 (the receiver has no events)
        await asyncio.sleep(0)
    await bot.deliverer.stop()
    bot.restart()
    await bot.rest()
    assert bot.home.states() == ["open"] * len(numbers)


async def test_an_outage_of_an_hour_ends_in_the_newest_state(bot: Bot) -> None:
    bot.home.server.next = [Upset(status=503) for _ in range(500)]
    incident = await bot.happens(replace(IN_QUARANTINE, number=0))
    await bot.rest(minutes=60)
    assert incident.state is State.OPEN
    await bot.happens(acknowledged(incident))
    bot.home.server.next = []
    await bot.rest()
    assert bot.home.states() == ["acknowledged"]


@pytest.mark.parametrize("bot", ["generic"], indirect=True)
async def test_what_changed_while_it_was_not_known_whether_the_opening_arrived_is_told(bot: Bot) -> None:
    bot.home.server.next = [Upset(lost=True)]
    incident = await bot.happens(replace(IN_QUARANTINE, number=0))
    await bot.deliverer.deliver()
    await bot.happens(worse(incident))
    bot.restart()
    await bot.rest()
    calls = bot.home.server.heard
    assert [call.json["event"] for call in calls] == ["opened", "opened", "changed"]
    ids = [call.headers["Syncwatch-Delivery"] for call in calls]
    assert ids[0] == ids[1] != ids[2]
    assert calls[2].json["incident"]["severity"] == "critical"
