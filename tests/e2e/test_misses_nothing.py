"""The watch misses nothing: 20,000 rows of an hour, late by up to an hour, repeated and out of order."""

from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.faults import Faults
from tests.support.whole import whole

ROWS, HOURS = 20_000, 1.0
CALLS_A_MINUTE = {"graph": ("reports", 24), "log_analytics": ("logs", 6)}
SELDOM = {"graph": 40, "log_analytics": 150}
"""Seconds between looks at which a source still misses nothing: Graph's calls, and the workspace's overlap, set them."""


@pytest.mark.parametrize("source", ["log_analytics", "graph"])
async def test_every_failing_object_is_in_the_ledger_and_none_twice(tmp_path: Path, source: str) -> None:
    async with whole(tmp_path, source=source) as scene:
        await scene.bot.watcher.look_at_jobs()
        await scene.bot.watcher.tick()
        told = scene.tenant.beat("bulk", rows=ROWS, hours=HOURS, failures=0.1, late=0.02, tail=3600.0, repeats=0.02)
        expected = {(job, who): code for job, who, code in told["open"]}

        began = scene.clock()
        while (passed := scene.clock() - began) < timedelta(hours=HOURS + 1.6):
            # As often as it really looks for as long as a budget is counted, then as seldom as still misses nothing.
            scene.clock.turn(seconds=10 if passed < timedelta(minutes=6) else SELDOM[source])
            await scene.bot.watcher.tick()

        area, budget = CALLS_A_MINUTE[source]
        assert busiest_minute(scene.faults, area) <= budget
        async with scene.bot.store.look() as tx:
            groups = [group for found in (await tx.ledger.failing()).values() for group in found]
            open_objects = await tx.ledger.open_objects()
        seen = {(job, who): code for job, who, code in open_objects}
        assert {key: seen.get(key) for key in expected} == expected
        assert len(open_objects) == len(seen) == sum(group.count for group in groups)
        assert set(seen) == set(expected)


def busiest_minute(faults: Faults, area: str) -> int:
    times = sorted(call.at for call in faults.calls if call.area == area)
    return max(
        sum(1 for each in times if 0 <= (each - at).total_seconds() < 60) for at in times[:: max(1, len(times) // 400)]
    )
