"""kill -9 between any two steps of a look and of a delivery, then a restart: same ledger, same incidents, one card each."""

import asyncio
import copy
import os
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.adapters.store import Store
from bot.assembly import utc_now
from bot.model.routes import Route
from sandbox.memory_cards import Shown
from sandbox.memory_connector import Kept
from tests.support.tenant_box import Dial
from tests.support.whole import Whole, whole, words

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


class Seen(NamedTuple):
    """What there is after everything came to rest."""

    ledger: list[tuple[str, str, str]]
    incidents: list[tuple[str, str]]
    cards: list[str]
    notes: list[str]


class Dying:
    """The process that lives and dies by order."""

    def __init__(self, process: asyncio.subprocess.Process, clock: Dial) -> None:
        self._process = process
        self._clock = clock

    async def live(self, fatal: int = 0) -> tuple[int, int]:
        """Exit status and number of steps of one life."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{fatal} {(self._clock() - utc_now()).total_seconds()}\n".encode())
        await self._process.stdin.drain()
        status, steps = (await self._process.stdout.readline()).split()
        return int(status), int(steps)


@asynccontextmanager
async def dying(scene: Whole, database: Path, source: str) -> AsyncGenerator[Dying]:
    environment = {
        **os.environ,
        **scene.box.environment(),
        "DATABASE_URL": f"sqlite:///{database}",
        "SOURCES": source,
        "READ_BACK": "true",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.dying"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Dying(process, scene.clock)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def seen(scene: Whole, database: Path) -> Seen:
    store = await Store.open(f"sqlite:///{database}")
    async with store.look() as tx:
        ledger = sorted(await tx.ledger.open_objects())
        incidents = sorted((each.alert.fingerprint, each.state.value) for each in await tx.incidents.open())
    await store.close()
    cards = sorted(f"{words(card)[:9]} {_marked(card)}" for card in scene.teams.cards())
    return Seen(ledger, incidents, cards, sorted(scene.teams.texts()))


def _marked(card: Shown) -> str:
    """Its marker without the second in which the incident was opened, which is another after another life."""
    return card.card["body"][0].get("id", "").rpartition("-")[0]


class Moment(NamedTuple):
    """The database and the channel at one time, to come back to."""

    database: bytes
    messages: list[Kept]
    told: dict[str, list[dict[str, Any]]]


def remember(scene: Whole, database: Path) -> Moment:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Moment(database.read_bytes(), copy.deepcopy(scene.teams.messages), copy.deepcopy(scene.tenant.messages))


def go_back(scene: Whole, database: Path, moment: Moment) -> None:
    for file in database.parent.glob(f"{database.name}-*"):
        file.unlink()
    database.write_bytes(moment.database)
    scene.teams.messages[:] = copy.deepcopy(moment.messages)
    scene.tenant.messages.clear()
    scene.tenant.messages.update(copy.deepcopy(moment.told))


async def prepared(scene: Whole, database: Path) -> Moment:
    """A database that knows the channel and nothing else."""
    store = await Store.open(f"sqlite:///{database}")
    async with scene.bot.store.look() as tx:
        known = await tx.conversations.watching()
    async with store.begin() as tx:
        for conversation in known:
            await tx.conversations.save(conversation)
            await tx.routes.add(Route(to=conversation.id))
    await store.close()
    return remember(scene, database)


async def every_step(scene: Whole, database: Path, bot: Dying, start: Moment) -> Seen:
    """Live undisturbed from a moment on; then again and again, killed at each step and started anew."""
    status, steps = await bot.live()
    undisturbed, end = await seen(scene, database), remember(scene, database)
    assert status == 0
    for fatal in range(1, steps + 1):
        go_back(scene, database, start)
        assert (await bot.live(fatal))[0] == -9
        assert (await bot.live())[0] == 0
        assert await seen(scene, database) == undisturbed, f"killed at step {fatal} of {steps}"
    go_back(scene, database, end)
    return undisturbed


@pytest.mark.parametrize("source", ["log_analytics", "graph"])
async def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(tmp_path: Path, source: str) -> None:
    database = tmp_path / "dying.db"
    async with whole(tmp_path, throttle=False) as scene, dying(scene, database, source) as bot:
        scene.tenant.beat("credential_expires", job="Workday")
        scene.tenant.beat("proxy_conflict", count=3)
        scene.clock.turn(seconds=60)
        opened = await every_step(scene, database, bot, await prepared(scene, database))
        assert [state for _, state in opened.incidents] == ["open", "open"]
        assert len(opened.ledger) == 3

        scene.tenant.beat("recover", job="AD2AADProvisioning")
        scene.clock.turn(seconds=200)
        resolved = await every_step(scene, database, bot, remember(scene, database))
        assert len(resolved.incidents) == 1
        assert resolved.ledger == []
        assert len(resolved.notes) == 1
        assert len(resolved.cards) == len(opened.cards)
