"""The heart beats while what /readyz waits for is read: one look that fails is no reason to stop, and silence is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.health import Health, patience
from bot.heartbeat import Heartbeat
from bot.model import Pulse
from tests.support.make import Hand

LOOK = patience(5)
DOWN = "Log Analytics answered 503."


class Bedside:
    """A bot that looks every five seconds, and whose sources answer as they are told to."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.beats = store, Hand(), 0
        self.health = Health({"jobs": patience(60), "log_analytics": LOOK, "graph": LOOK}, self.now, also=("audits",))
        self.heart = Heartbeat(store=store, now=self.now, health=self.health, patience=LOOK, send=self._send)

    async def _send(self) -> None:
        self.beats += 1

    async def look(self, *, down: tuple[str, ...] = ()) -> None:
        for source in ("jobs", "log_analytics", "graph"):
            if source in down:
                self.health.failed(source, DOWN)
            else:
                self.health.answered(source, self.now())
        async with self.store.begin() as tx:
            await tx.pulse.save(Pulse(at=self.now()))

    async def beats_after(self, seconds: float, *, down: tuple[str, ...] = ()) -> bool:
        """Whether it beats when time has passed in looks of five seconds."""
        for _ in range(int(seconds // 5)):
            self.now.forward(seconds=5)
            await self.look(down=down)
        before = self.beats
        await self.heart.beat()
        return self.beats > before


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Bedside]:
    store = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", durable=False)
    yield Bedside(store)
    await store.close()


async def test_it_stops_once_the_logs_were_not_read_for_longer_than_the_patience_and_goes_on_after(
    bed: Bedside, caplog: pytest.LogCaptureFixture
) -> None:
    both = ("log_analytics", "graph")
    assert await bed.beats_after(5)
    assert await bed.beats_after(LOOK.total_seconds(), down=both)
    assert not await bed.beats_after(5, down=both)
    assert not await bed.beats_after(120, down=both)
    assert await bed.beats_after(5)
    said = [record.getMessage() for record in caplog.records if record.name == "bot.heartbeat"]
    assert said == ["no heartbeat: log_analytics and graph could not be read for too long."]


@pytest.mark.parametrize("one", ["jobs", "log_analytics", "graph"])
async def test_one_source_that_is_silent_is_enough_as_it_is_for_readyz(bed: Bedside, one: str) -> None:
    assert await bed.beats_after(5)
    assert not await bed.beats_after(300, down=(one,))
    assert bed.health.problems() == [DOWN]


async def test_a_look_that_fails_now_and_then_stops_nothing(bed: Bedside) -> None:
    for _ in range(12):
        assert await bed.beats_after(5)
        assert await bed.beats_after(10, down=("log_analytics",))


async def test_what_the_bot_is_ready_without_stops_nothing(bed: Bedside) -> None:
    await bed.look()
    bed.health.failed("audits", DOWN)
    assert await bed.beats_after(600)


async def test_it_does_not_begin_before_everything_was_read_once(bed: Bedside) -> None:
    assert not await bed.beats_after(5, down=("graph",))
    assert await bed.beats_after(5)


async def test_sources_that_answer_are_not_enough_where_no_look_was_ended(bed: Bedside) -> None:
    await bed.look()
    bed.now.forward(seconds=LOOK.total_seconds() + 1)
    for source in ("jobs", "log_analytics", "graph"):
        bed.health.answered(source, bed.now())
    assert not await bed.beats_after(0)
