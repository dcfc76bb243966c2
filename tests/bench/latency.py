"""How long after a row is visible its card is accepted, while a million events a day pass: `python -m tests.bench.latency`.

    python -m tests.bench.latency [HOURS [ROWS_A_DAY]]

The whole bot on the whole sandbox, by each source. Hours pass on a clock that is moved by hand, ten seconds a look; what a
look and its deliveries cost is measured and added. The lag of the source itself (event → visible) is shown apart.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tests.bench.telling import QUICK
from tests.support.whole import Whole, whole

A_DAY, HOURS = 1_000_000, 1.0
PERIOD = 10.0
EVERY, LAST = 4, 60  # looks between two new causes, and at most after the last of them, until each has its card
BUDGETS = {"log_analytics": ("logs", 6), "graph": ("reports", 24)}
TAIL = 3_600.0


class Sample(msgspec.Struct, kw_only=True):
    """A cause that nobody has seen: when its first row was visible, and when its card was accepted."""

    code: str
    visible: datetime | None = None
    accepted: datetime | None = None

    @property
    def seconds(self) -> float | None:
        return (self.accepted - self.visible).total_seconds() if self.accepted and self.visible else None


async def measure(source: str, hours: float, a_day: int) -> None:
    """One source, and two lines of JSON."""
    rows = round(a_day * hours / 24)
    with tempfile.TemporaryDirectory() as folder:
        async with whole(Path(folder), source=source, jobs_seconds=30) as scene:
            await scene.look()
            told = scene.tenant.beat("bulk", rows=rows, hours=hours, failures=0.02, late=0.01, tail=TAIL, repeats=0.01)
            first, began = len(scene.tenant.arrived), scene.clock()
            samples, costs = await _hours(scene, hours)
            lags = [_lag(row.event, row.arrived_at) for row in scene.tenant.arrived[first:] if not row.repeat]
            while scene.clock() - began < timedelta(hours=hours, seconds=TAIL * 1.6):
                scene.clock.turn(seconds=40)
                await scene.bot.watcher.tick()
            missed = await _missed(scene, {(job, who) for job, who, _ in told["open"]})
            say(source, "source", rows=len(lags), lag_p50_s=_at(lags, 50), lag_p99_s=_at(lags, 99), lag_max_s=max(lags))
            _report(scene, source, samples, costs, missed)


async def _hours(scene: Whole, hours: float) -> tuple[list[Sample], list[float]]:
    rng, samples, costs = random.Random(1), list[Sample](), list[float]()
    looks = round(hours * 3600 / PERIOD)
    for number in range(looks + LAST):
        if number > looks and all(each.accepted for each in samples):
            break
        due = scene.clock() + timedelta(seconds=PERIOD)
        if number % EVERY == 0 and 0 < number < looks:
            scene.clock.turn(seconds=rng.uniform(0, PERIOD))
            samples.append(_new_cause(scene, len(samples), rng))
        scene.clock.now = max(due, scene.clock.now)
        costs.append(await _look(scene, samples, jobs=number % 3 == 0))
    _date(scene, samples)
    return samples, costs


def _date(scene: Whole, samples: Sequence[Sample]) -> None:
    """A cycle writes its rows one after the other: what counts is when the first one was there to be read."""
    by_code = {each.code: each for each in samples}
    for row in reversed(scene.tenant.arrived):
        error = row.event["provisioningStatusInfo"]["errorInformation"]
        if error and (sample := by_code.get(error["errorCode"])) is not None:
            sample.visible = row.arrived_at


def _new_cause(scene: Whole, number: int, rng: random.Random) -> Sample:
    code, running = f"Unheard{number:04d}", [job for job in scene.tenant.jobs.values() if job.broken is None]
    # A small job may have nobody left who could fail; then there is no row to wait for, and another job is taken.
    while not scene.tenant.beat("fail", job=rng.choice(running).spec.id, code=code, count=3):
        pass
    return Sample(code=code)


async def _look(scene: Whole, samples: Sequence[Sample], *, jobs: bool) -> float:
    """Look and deliver as the bot does; the seconds that it took count as if they had passed on its clock."""
    begun = time.perf_counter()
    if jobs:
        await scene.bot.watcher.look_at_jobs()
    await scene.bot.watcher.tick()
    while await scene.bot.deliverer.deliver():
        spent = timedelta(seconds=time.perf_counter() - begun)
        said = "".join(card.text for card in scene.teams.cards()[-20:])
        for sample in samples:
            if sample.accepted is None and sample.code in said:
                sample.accepted = scene.clock() + spent
        scene.clock.turn(seconds=0.5)
    return time.perf_counter() - begun


async def _missed(scene: Whole, expected: set[tuple[str, str]]) -> int:
    async with scene.bot.store.look() as tx:
        seen = {(job, who) for job, who, _ in await tx.ledger.open_objects()}
    return len(expected - seen)


def _report(scene: Whole, source: str, samples: Sequence[Sample], costs: Sequence[float], missed: int) -> None:
    area, budget = BUDGETS[source]
    visible = [each for each in samples if each.visible]
    taken = [each.seconds for each in visible if each.seconds is not None]
    say(
        source,
        "visible → card accepted",
        causes=len(samples),
        never_visible=len(samples) - len(visible),
        without_a_card=len(visible) - len(taken),
        p50_s=_at(taken, 50),
        p99_s=_at(taken, 99),
        max_s=round(max(taken), 2),
        objects_missed=missed,
        calls_in_the_busiest_minute=_busiest(scene, area),
        calls_allowed=budget,
        look_p50_s=_at(costs, 50),
        look_p99_s=_at(costs, 99),
    )


def _busiest(scene: Whole, area: str) -> int:
    times = sorted(call.at.timestamp() for call in scene.faults.calls if call.area == area)
    return max(sum(1 for each in times[at : at + 60] if each - start < 60) for at, start in enumerate(times))


def _lag(event: dict[str, str], arrived: datetime) -> float:
    return (arrived - datetime.fromisoformat(event["activityDateTime"])).total_seconds()


def _at(values: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 2)


def say(source: str, what: str, **figures: object) -> None:
    print(json.dumps({"bench": "latency", "source": source, "what": what, **figures}, ensure_ascii=False), flush=True)


def main() -> None:
    given = [word for word in sys.argv[1:] if word != "--quick"]
    hours = float(given[0]) if given else 0.05 if QUICK else HOURS
    a_day = int(given[1]) if len(given) > 1 else A_DAY
    for source in BUDGETS:
        asyncio.run(measure(source, hours, a_day))


if __name__ == "__main__":
    main()
