"""Two homes of the logs held against each other: a lasting difference is told, a mishap or a silence is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.model import Gap
from bot.ports import Answered, Question, Refusal, SourceDown
from bot.reconcile import Reconciler
from tests.support.make import NOON, Hand


class Home:
    """Port `Tables`: as many rows of every table as it is told; None is no answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: int | None = 1_000
        self.asked: list[Question] = []

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        self.asked += questions
        if self.rows is None:
            return [SourceDown("It is down.")] * len(questions)
        return [Answered(columns=(("Count", "long"),), rows=((self.rows,),))] * len(questions)


class Scene:
    def __init__(self) -> None:
        self.now, self.here, self.there = Hand(), Home("log_analytics"), Home("archive")
        self.reconciler = Reconciler(one=self.here, other=self.there, now=self.now)

    async def look(self, **span: float) -> tuple[Gap, ...] | None:
        self.now.forward(**span)
        await self.reconciler.look()
        return self.reconciler.gaps


@pytest.fixture
async def scene() -> Scene:
    """A bot that has run for a while and counted twice."""
    scene = Scene()
    await scene.look()
    await scene.look(hours=2)
    assert await scene.look(minutes=15) == ()
    return scene


async def test_nothing_is_known_before_it_has_counted_twice() -> None:
    scene = Scene()
    scene.here.rows = 0
    assert [await scene.look(minutes=30) for _ in range(5)] == [None] * 5
    assert await scene.look(minutes=30) is not None


async def test_a_difference_that_lasts_is_told_and_ends_when_it_is_gone(scene: Scene) -> None:
    scene.here.rows = 700
    assert await scene.look(minutes=15) == (), "once may be a mishap"
    found = await scene.look(minutes=15)
    assert found
    assert found[0] == Gap(home="log_analytics", other="archive", table="AADProvisioningLogs", rows=700, others=1_000)
    assert [gap.table for gap in found] == ["AADProvisioningLogs", "AuditLogs"]
    scene.here.rows = 1_000
    assert await scene.look(minutes=15) == ()


async def test_a_few_rows_at_the_borders_are_no_difference(scene: Scene) -> None:
    scene.there.rows = 985
    for _ in range(3):
        assert await scene.look(minutes=15) == ()


async def test_a_home_that_does_not_answer_changes_nothing(scene: Scene) -> None:
    scene.here.rows = 700
    await scene.look(minutes=15)
    known = await scene.look(minutes=15)
    scene.there.rows = None
    assert await scene.look(minutes=15) == known
    assert await scene.look(minutes=15) == known


async def test_it_counts_hours_that_are_settled_and_not_at_every_look(scene: Scene) -> None:
    asked = len(scene.here.asked)
    await scene.look(minutes=1)
    assert len(scene.here.asked) == asked
    start, end = scene.here.asked[-1].timespan
    assert NOON + timedelta(hours=2, minutes=15) - end == timedelta(hours=2)
    assert end - start == timedelta(hours=20)
