"""Teams in trouble: nothing is lost, the order in each conversation is kept, and it mends by itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.model import Conversation
from bot.ports import Receiver
from sandbox.faults import Fault
from tests.support.mailroom import Mailroom, mailroom
from tests.support.strict_teams import StrictTeams, strict_teams

HOUR = 60
STORMS = 12


@dataclass(frozen=True, kw_only=True)
class Scene:
    room: Mailroom
    teams: StrictTeams

    async def storm(self, many: int = STORMS) -> None:
        """Incidents come one after the other, each told to everybody, while time passes."""
        for number in range(many):
            await self.room.happens(f"Trouble {number:02d}", *self.teams.places)
            await self.room.rest(minutes=HOUR / many, step=30)

    def titles(self, place: Conversation) -> list[str]:
        """What stands there, in the order in which it came."""
        cards = self.teams.teams.cards(place.id)
        return [str(card.summary).partition(": ")[2].partition(" (")[0] for card in cards]

    async def behind(self) -> int:
        async with self.room.store.look() as tx:
            return await tx.outbox.behind()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as held:
        teams = await held.enter_async_context(strict_teams(chats=3, limits=False))
        room = await held.enter_async_context(mailroom(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", teams.receiver))
        await room.open(*teams.places)
        yield Scene(room=room, teams=teams)


ALL = [f"Trouble {number:02d}" for number in range(STORMS)]


async def test_an_hour_without_teams_ends_with_every_card_once_and_in_order(scene: Scene) -> None:
    await scene.teams.door.close()
    await scene.storm()
    assert await scene.behind() == 3 * STORMS
    async with scene.room.store.look() as tx:
        waiting = await tx.owing.oldest(scene.room.now())
        assert [round((scene.room.now() - each.since) / timedelta(minutes=1)) for each in waiting] == [HOUR]
    await scene.teams.door.open()
    await scene.room.rest(minutes=12)
    assert [scene.titles(place) for place in scene.teams.places] == [ALL] * 3
    assert await scene.behind() == 0


async def test_a_restart_in_the_middle_of_an_outage_keeps_the_order(scene: Scene) -> None:
    await scene.teams.door.close()
    await scene.storm(4)
    scene.room.restart()
    await scene.teams.door.open()
    await scene.room.rest(minutes=12)
    assert [scene.titles(place) for place in scene.teams.places] == [ALL[:4]] * 3


async def test_bursts_of_5xx_lose_nothing_and_change_no_order(scene: Scene) -> None:
    for status in (500 + 2, 503, 504):
        scene.teams.faults.add(Fault(area="door", kind="status", status=status, times=25, rate=0.5))
    await scene.storm()
    await scene.room.rest(minutes=30)
    assert scene.teams.faults.met["door"] > 20
    assert [scene.titles(place) for place in scene.teams.places] == [ALL] * 3


async def test_a_lost_answer_makes_one_duplicate_at_most_and_it_is_said(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.teams.faults.add(Fault(area="door", kind="drop_after", times=6, rate=0.4))
    await scene.storm()
    await scene.room.rest(minutes=10)
    lost = scene.teams.faults.met["door"]
    stands = [scene.titles(place) for place in scene.teams.places]
    assert [list(dict.fromkeys(titles)) for titles in stands] == [ALL] * 3
    assert sum(map(len, stands)) == 3 * STORMS + lost
    assert caplog.messages.count("a delivery may arrive twice: it cannot be looked up") == lost > 0


class ReadBack:
    """The same receiver where READ_BACK is on: several posts may be under way at once."""

    looks = True

    def __init__(self, inner: Receiver) -> None:
        self.post, self.update, self.note, self.find = inner.post, inner.update, inner.note, inner.find


async def test_a_slow_conversation_holds_no_other_up(scene: Scene) -> None:
    scene.room.receiver = ReadBack(scene.room.receiver)
    slow, *others = scene.teams.places
    scene.teams.faults.add(Fault(area="door", kind="slow", seconds=0.5, times=0, match=f"/{slow.id}/"))
    for title in ALL[:3]:
        await scene.room.happens(title, *scene.teams.places)
    delivering = asyncio.create_task(scene.room.deliverer.deliver())
    await scene.teams.teams.until(lambda: all(scene.titles(each) == ALL[:3] for each in others))
    assert len(scene.titles(slow)) < 3
    await delivering
    assert scene.titles(slow) == ALL[:3]


async def test_a_name_that_cannot_be_resolved_for_a_while_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, gone = socket.getaddrinfo, True

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "localhost":
            return known(host, *rest, **more)
        if gone:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known("127.0.0.1", rest[0], type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    named = [
        replace(each, service_url=each.service_url.replace("127.0.0.1", "localhost")) for each in scene.teams.places
    ]
    await scene.room.open(*named)
    await scene.storm(4)
    async with scene.room.store.look() as tx:
        late = await tx.owing.late(scene.room.now())
    assert {each.conversation.id for each in late} == {each.id for each in named}
    gone = False
    await scene.room.rest(minutes=12)
    assert [scene.titles(place) for place in named] == [ALL[:4]] * 3
