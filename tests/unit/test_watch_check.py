"""What the check-up says of the watch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.checks.watching import watching
from bot.health import Health
from bot.model import Grade, Pulse
from bot.settings import Settings
from cards.sample import NOW
from tests.support.patients import patient

ID = "0a0a0a0a-0000-4000-8000-000000000001"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", durable=False)
    async with opened.begin() as tx:
        await tx.pulse.save(Pulse(at=NOW - timedelta(minutes=40)))
    yield opened
    await opened.close()


async def found(store: Store, watch_seconds: float) -> tuple[Grade, str]:
    settings = Settings(_env_file=None, tenant_id=ID, app_id=ID, app_secret="s", watch_seconds=watch_seconds)  # pyright: ignore[reportCallIssue]
    looked_at = patient(store, lambda: NOW, settings=settings, health=Health({}, lambda: NOW))
    (only,) = [each async for each in watching(looked_at)]
    return only.grade, only.text


async def test_where_nothing_reads_in_this_process_both_reasons_are_named(store: Store) -> None:
    grade, said = await found(store, 10)
    assert grade is Grade.NOTE
    assert said.startswith("Nobody has looked into the logs for 40 min: start the bot with")
    assert said.endswith("or see what the log of the replica that leads says.")


async def test_whoever_looks_every_half_hour_is_not_late_after_forty_minutes(store: Store) -> None:
    assert await found(store, 1_800) == (Grade.WELL, "The logs were looked into 40 min ago.")
