"""The bot's own database in trouble: what was not stored did not happen, what was is told once, and it mends by itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.model import Conversation, Posted
from bot.ports import Message, StoreDown
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.postgres import postgres

ONE = place("one")
ALL = [f"Trouble {number}" for number in range(5)]
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
print("free", flush=True)
"""


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with mailroom(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}") as opened:
        await opened.open(ONE)
        yield opened


def titles(room: Mailroom) -> list[str]:
    assert isinstance(room.receiver, MemoryMessenger)
    said = room.receiver.said.get(ONE.id, [])
    return [str(each.summary).partition(": ")[2].partition(" (")[0] for each in said]


@contextmanager
def held_by_another(path: Path) -> Generator[subprocess.Popen[str]]:
    """Another process holds the lock that a writer needs, until it is written to."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            release(other)


def release(other: subprocess.Popen[str]) -> None:
    if other.poll() is None and other.stdin is not None and not other.stdin.closed:
        other.stdin.write("\n")
        other.stdin.close()
        other.wait()


def on_each_connection(room: Mailroom, pragma: str) -> None:
    """A setting of SQLite, from the next use of each connection on."""

    def set_it(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {pragma}").close()

    event.listen(room.store.home.engine.sync_engine, "checkout", set_it)


async def test_a_lock_that_another_process_holds_for_a_while_is_waited_for(room: Mailroom, tmp_path: Path) -> None:
    for title in ALL:
        await room.happens(title, ONE)
    with held_by_another(tmp_path / "bot.db") as other:
        delivering = asyncio.create_task(room.deliverer.deliver())
        _, waiting = await asyncio.wait([delivering], timeout=0.3)
        assert waiting
        assert titles(room) == []
        release(other)
        await delivering
    assert titles(room) == ALL


async def test_a_lock_that_is_held_for_long_stops_what_is_sent_and_says_so(room: Mailroom, tmp_path: Path) -> None:
    on_each_connection(room, "busy_timeout=50")
    for title in ALL:
        await room.happens(title, ONE)
    with held_by_another(tmp_path / "bot.db"):
        await room.rest(minutes=1)
        assert titles(room) == []
        assert room.deliverer.problem == "The bot's database does not answer: database is locked."
    await room.rest(minutes=1)
    assert titles(room) == ALL
    assert room.deliverer.problem == ""


async def test_a_full_disk_loses_nothing_and_what_could_not_be_stored_did_not_happen(room: Mailroom) -> None:
    on_each_connection(room, "max_page_count=1")  # no page more than there are
    stored: list[str] = []
    with pytest.raises(StoreDown, match="database or disk is full"):  # noqa: PT012
        for number in range(1_000):
            await room.happens(f"Trouble {number}", ONE)
            stored.append(f"Trouble {number}")
    assert stored
    async with room.store.look() as tx:
        assert [each.alert.title for each in await tx.incidents.open()] == stored
    await room.rest(minutes=10)
    on_each_connection(room, "max_page_count=1073741823")
    await room.rest(minutes=10)
    assert titles(room) == stored


async def test_a_postgresql_that_is_restarted_is_waited_for_and_nothing_is_lost_or_doubled() -> None:
    with postgres() as server:
        async with mailroom(server.new()) as room:
            await room.open(ONE)
            for title in ALL[:3]:
                await room.happens(title, ONE)
            server.stop()
            with pytest.raises(StoreDown):
                await room.happens("Lost", ONE)
            await room.rest(seconds=20)
            assert titles(room) == []
            server.start()
            for title in ALL[3:]:
                await room.happens(title, ONE)
            await room.rest(minutes=2)
            assert titles(room) == ALL


async def test_a_postgresql_that_ends_in_the_middle_of_a_delivery_makes_no_second_card() -> None:
    class Ends(MemoryMessenger):
        async def post(self, conversation: Conversation, message: Message) -> Posted:
            posted = await super().post(conversation, message)
            if len(self.said[ONE.id]) == 2:
                await asyncio.to_thread(server.stop)
            return posted

    with postgres() as server:
        async with mailroom(server.new(), Ends()) as room:
            await room.open(ONE)
            for title in ALL:
                await room.happens(title, ONE)
            await room.rest(seconds=20)
            assert "does not answer" in room.deliverer.problem
            server.start()
            await room.rest(minutes=2)
            assert titles(room) == ALL
