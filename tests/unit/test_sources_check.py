"""What the check-up says of the sources where no bot runs in this process: what the database knows, and what they answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.checks.sources import sources
from bot.checks.watching import watching
from bot.doctor import Look
from bot.health import Health
from bot.model import Grade, Pulse
from bot.ports import SourceDown
from bot.settings import Settings
from cards.sample import NOW
from tests.support.patients import patient

ID = "0a0a0a0a-0000-4000-8000-000000000001"
SETTINGS = Settings(_env_file=None, tenant_id=ID, app_id=ID, app_secret="s", workspace_id=ID, watch_seconds=10)  # pyright: ignore[reportCallIssue]
SOURCE = "log_analytics"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", durable=False)
    yield opened
    await opened.close()


async def last_read(store: Store, *, seconds: float) -> None:
    """A bot looked a second ago, and read something so long ago."""
    async with store.begin() as tx:
        await tx.reading.advance(SOURCE, "", NOW - timedelta(seconds=seconds))
        await tx.pulse.save(Pulse(at=NOW - timedelta(seconds=1)))


async def found(store: Store, check: Look, *, down: str = "", health: Health | None = None) -> tuple[Grade, str]:
    async def ask(name: str) -> None:
        assert name == SOURCE
        if down:
            raise SourceDown(down)

    known = health or Health({}, lambda: NOW)
    looked_at = patient(store, lambda: NOW, settings=SETTINGS, health=known, ask_source=ask)
    (only,) = [each async for each in check(looked_at)]
    return only.grade, only.text


async def test_a_source_that_was_read_by_the_last_looks_is_well(store: Store) -> None:
    await last_read(store, seconds=60)
    assert await found(store, sources) == (Grade.WELL, "log_analytics was read 1 min ago.")
    assert await found(store, watching) == (Grade.WELL, "The logs were looked into 1 s ago.")


async def test_one_that_does_not_answer_here_either_is_a_fault_however_short_ago_it_was_read(store: Store) -> None:
    assert await found(store, sources, down="Log Analytics answered 503.") == (
        Grade.FAULT,
        "log_analytics fails: Log Analytics answered 503. It was never read.",
    )
    await last_read(store, seconds=20)
    grade, said = await found(store, sources, down="Log Analytics answered 503.")
    assert grade is Grade.FAULT
    assert said == f"log_analytics fails: Log Analytics answered 503. It was last read at {at(20)}."


async def test_what_no_look_has_read_for_a_while_is_a_note_of_the_source_and_of_the_watch(store: Store) -> None:
    await last_read(store, seconds=125)
    assert await found(store, sources) == (
        Grade.NOTE,
        f"Nothing was read of log_analytics since {at(125)}, for 2 min: see that the bot runs, and what its log says.",
    )
    assert await found(store, watching) == (
        Grade.NOTE,
        f"The logs were looked into 1 s ago, but nothing was read of log_analytics since {at(125)}: see Sources.",
    )


async def test_the_bot_that_looks_knows_that_it_fails_and_that_a_log_without_rows_was_read(store: Store) -> None:
    await last_read(store, seconds=125)
    health = Health({}, lambda: NOW)
    health.answered(SOURCE, NOW - timedelta(seconds=90))
    health.failed(SOURCE, "Log Analytics answered 503.")
    grade, said = await found(store, watching, health=health)
    assert grade is Grade.FAULT
    assert f"nothing was read of log_analytics since {at(90)}" in said
    health.answered(SOURCE, NOW)
    assert await found(store, watching, health=health) == (Grade.WELL, "The logs were looked into 1 s ago.")


async def test_each_delay_says_what_it_is_measured_over(store: Store) -> None:
    health = Health({}, lambda: NOW)
    health.answered(SOURCE, NOW)
    health.late(SOURCE, 11)
    assert (await found(store, sources, health=health))[1] == (
        "log_analytics answered 0 s ago; its newest rows were read 11 s after their time, the wait for a look included."
    )


def at(seconds: float) -> str:
    return f"{NOW - timedelta(seconds=seconds):%H:%M} UTC"
