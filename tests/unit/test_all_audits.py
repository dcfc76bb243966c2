"""The whole audit log into the archive: nothing is missed that comes up to an hour late, within its share of calls."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import pytest

from bot.adapters.graph.provisioning_log import BadQuery, Page
from bot.ports import SourceDown
from bot.sources.graph import BUDGET
from bot.sources.graph_all_audits import GraphAllAudits
from bot.sources.pacer import Pacer
from tests.support.log_rows import audit
from tests.support.make import NOON, Hand

PAGE = 40


class Log:
    """Graph's audit log: rows that arrive after their time, in pages; a link that is old is refused once."""

    def __init__(self, now: Hand) -> None:
        self.rows: list[tuple[datetime, datetime, bytes]] = []
        self.calls: list[datetime] = []
        self.refuse_links = 0
        self._now = now

    def arrive(self, number: int, at: datetime, late: timedelta) -> None:
        self.rows.append((at, at + late, msgspec.json.encode(audit(number, at=at))))

    async def first(self, filtered: str, top: int) -> Page:
        return self._page(filtered.removeprefix("activityDateTime ge "), 0)

    async def following(self, link: str) -> Page:
        if self.refuse_links:
            self.refuse_links -= 1
            raise BadQuery("The link is too old.", status=400)
        since, _, start = link.partition("|")
        return self._page(since, int(start))

    def _page(self, since: str, start: int) -> Page:
        self.calls.append(self._now())
        begin = datetime.fromisoformat(since)
        there = sorted(row for row in self.rows if row[0] >= begin and row[1] <= self._now())
        some = [msgspec.Raw(body) for _, _, body in there[start : start + PAGE]]
        link = f"{since}|{start + PAGE}" if start + PAGE < len(there) else None
        return Page(rows=some, next_link=link)


class Kept:
    """Port `Keeper`."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    async def keep(self, rows: Mapping[str, msgspec.Raw]) -> None: ...

    async def keep_audits(self, rows: Mapping[str, msgspec.Raw]) -> None:
        self.ids |= rows.keys()


class Scene:
    def __init__(self) -> None:
        self.now = Hand()
        self.log, self.kept, self.events = Log(self.now), Kept(), set[str]()
        self.source = GraphAllAudits(
            self.log,  # pyright: ignore[reportArgumentType]
            Pacer(BUDGET, lambda: self.now().timestamp()),
            self.kept,
        )
        self.cursor = ""

    async def live(self, minutes: float) -> None:
        for _ in range(int(minutes * 6)):
            async for batch in self.source.read(self.cursor, self.now()):
                self.cursor = batch.cursor
                self.events |= {event.id for event in batch.events}
            self.now.forward(seconds=10)


async def test_every_row_up_to_an_hour_late_is_kept_and_the_calls_are_few() -> None:
    scene, rng = Scene(), random.Random(1)
    for number in range(600):
        late = timedelta(minutes=rng.choice([0.5, 2, 4, 15, 30, 59]))
        scene.log.arrive(number, NOON + timedelta(seconds=number * 24), late)
    await scene.live(minutes=6.5 * 60)
    assert scene.kept.ids == {f"audit-{number}" for number in range(600)}
    assert scene.events == scene.kept.ids, "rows about provisioning are for the watch as well"
    assert len(scene.log.calls) / (6.5 * 60) <= 5
    busiest = max(
        sum(timedelta() <= at - start < timedelta(seconds=10) for at in scene.log.calls) for start in scene.log.calls
    )
    assert busiest <= 1, "the other log is read from the same budget"


async def test_after_hours_of_silence_it_goes_on_where_it_was() -> None:
    scene = Scene()
    await scene.live(minutes=5)
    for number in range(200):
        scene.log.arrive(number, NOON + timedelta(minutes=5 + number), timedelta(minutes=1))
    scene.now.forward(hours=4)
    await scene.live(minutes=40)
    assert len(scene.kept.ids) == 200


async def test_a_link_that_is_not_taken_any_more_begins_the_sweep_again() -> None:
    scene = Scene()
    for number in range(3 * PAGE):
        scene.log.arrive(number, NOON - timedelta(minutes=number), timedelta())
    scene.log.refuse_links = 1
    await scene.live(minutes=30)
    assert len(scene.kept.ids) == 3 * PAGE


async def test_a_cursor_of_the_reading_that_was_before_begins_anew() -> None:
    scene = Scene()
    scene.log.arrive(1, NOON - timedelta(hours=1), timedelta())
    scene.cursor = '{"mark":"2026-11-20T11:00:00Z","tried":"2026-11-20T11:59:59Z"}'
    await scene.live(minutes=1)
    assert scene.kept.ids == {"audit-1"}


async def test_a_log_that_is_down_is_told_and_left_alone_as_long_as_it_asks() -> None:
    scene = Scene()

    async def down(filtered: str, top: int) -> Page:
        raise SourceDown("Microsoft Graph asks for fewer calls.", 60)

    scene.log.first = down  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(SourceDown):
        await scene.live(minutes=1)
    del scene.log.first
    await scene.live(minutes=0.5)
    assert scene.log.calls == []
    await scene.live(minutes=1)
    assert scene.log.calls != []
