"""Whether a tick grows with history: the same 1,000 rows after one day and after 90: `python -m tests.bench.growth`, JSON lines.

The days are filled by the watch itself, eight hours at a time: rows of 100 jobs about 40,000 objects, each of which has
one on the first day already; failures that heal at the next look, so that incidents come and go; cycles, cards, audit
rows, and the pruning that is due every hour. What is wrong is the same on every day; only what was is more. Then a
database one day old and one of 90 are looked at by turns, ten seconds apart.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil

from bot.adapters.store import Store
from bot.health import Health
from bot.model import AuditEvent, Conversation, Execution, Job, Posted, ProvisioningEvent
from bot.model.routes import Route
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Batch, Message
from bot.watch import Watcher
from tests.bench.telling import QUICK, tell
from tests.support.make import CHANNEL, NOON, Hand
from tests.support.talk import KnownJobs

DAYS = 3 if QUICK else 90
A_DAY, JOBS, OBJECTS = 50_000, 100, 40_000
STEP = timedelta(hours=8)
NEW, LOOKS = 1_000, 60
FAILING_JOBS, FAILURES, FEW_FAILURES = 10, 40, 1  # few in a measured look, so that none is a spike to what was before
CODES = ("EntryConflict", "Timeout", "MandatoryFieldsMissing", "InvalidDomain", "TooManyRequests")
GROWTH = 1.2


class Tenant:
    """Makes the rows: which jobs fail changes with every look, and the next look has each of them well again."""

    name = "graph"

    def __init__(self, now: Hand) -> None:
        self._now = now
        self._rows: list[ProvisioningEvent] = []
        self._ill: list[tuple[int, int]] = []
        self._numbers, self._looks = count(), 0

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        yield Batch(events=tuple(self._rows), cursor=str(int(cursor or 0) + len(self._rows)))

    def make(self, rows: int, span: timedelta, failures: int) -> None:
        """The rows of the span that ends now: the healed, the failing, and the rest well."""
        self._looks += 1
        healed, self._ill = self._ill, list(self._next_ill(failures))
        well = [_whose(next(self._numbers) * 7919) for _ in range(rows)]
        began = self._now() - span
        some = [(who, job, False) for who, job in [*healed, *well]] + [(who, job, True) for who, job in self._ill]
        self._rows = [self._row(each, began + span * at / len(some)) for at, each in enumerate(some)]

    def _next_ill(self, failures: int) -> Iterator[tuple[int, int]]:
        for place in range(FAILING_JOBS):
            job = (self._looks * FAILING_JOBS * 3 + place) % JOBS
            for _ in range(failures):
                yield _whose(next(self._numbers) * JOBS + job)

    def _row(self, what: tuple[int, int, bool], at: datetime) -> ProvisioningEvent:
        (who, job, ill), number = what, next(self._numbers)
        code = CODES[(self._now().toordinal() + job) % len(CODES)]
        return ProvisioningEvent(
            id=f"{number:012x}-0000-4000-8000",
            at=at,
            job_id=job_id(job),
            object_id=f"{who:08x}-1111-4111-8111-111111111111",
            object_type="User",
            object_name=f"Person {who}",
            action="delete" if number % 500 == 0 else "update",
            status="failure" if ill else "success",
            error_code=f"Salesforce{code}" if ill else "",
            reason=f"The value 'person.{who}@contoso.com' is not taken." if ill else "",
            app_name=f"Salesforce {job}",
        )


def _whose(number: int) -> tuple[int, int]:
    """An object, and the job that brings it over: always the same one."""
    who = number % OBJECTS
    return who, who % JOBS


def job_id(number: int) -> str:
    return f"Salesforce.{number:032x}.00000000-0000-4000-8000-000000000000"


class Mute:
    """Port `Receiver`: takes everything, keeps nothing."""

    looks = True

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        return Posted(activity_id="posted", thread_id="thread")

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None: ...

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None: ...

    async def find(self, conversation: Conversation, marker: str) -> Posted | None: ...


class Scene:
    """The watch and the outbox over a database, and everything around them in memory."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, Hand()
        self.tenant, self.jobs = Tenant(self.now), KnownJobs([])
        health = Health({"graph": timedelta(days=1)}, self.now)
        self.watcher = Watcher(store=store, jobs=self.jobs, sources=[self.tenant], now=self.now, health=health)
        self.deliverer = Deliverer(
            store=store,
            receivers=lambda conversation: Mute(),
            render=lambda incident, _: ({}, incident.alert.title),
            now=self.now,
            pacing=Pacing(lambda: self.now().timestamp()),
            sleep=self.now.sleep,
        )

    async def until(self, day: int) -> None:
        """Live to the end of a day."""
        while self.now() < NOON + timedelta(days=day):
            await self.live(STEP, round(A_DAY * (STEP / timedelta(days=1))), FAILURES)

    async def live(self, span: timedelta, rows: int = NEW, failures: int = FEW_FAILURES) -> float:
        """Let time pass, with a cycle of every job and an audit row, and look; the CPU seconds of the look into the log."""
        self.now.at += span
        self.tenant.make(rows, span, failures)
        self.jobs.jobs = {each.id: each for each in map(self._job, range(JOBS))}
        async with self.store.begin() as tx:
            await tx.audits.save([self._audit(number) for number in range(5)])
        await self.watcher.look_at_jobs()
        used = time.process_time()
        await self.watcher.tick()
        used = time.process_time() - used
        while await self.deliverer.deliver():
            self.now.forward(seconds=2)
        return used

    def _job(self, number: int) -> Job:
        began = self.now() - timedelta(minutes=1)
        ran = Execution(activity_id=f"{began:%m%d%H%M%S}", state="Succeeded", began=began, ended=self.now(), exported=1)
        more: dict[str, Any] = {"status": "Active", "last": ran, "last_success": ran, "last_export": ran}
        return Job(id=job_id(number), service_principal=f"sp-{number}", name=f"Salesforce {number}", **more)

    def _audit(self, number: int) -> AuditEvent:
        return AuditEvent(
            id=f"audit-{self.now():%Y%m%d%H%M%S}-{number}",
            at=self.now(),
            activity="Update attribute mappings or scope",
            actor="Ada Admin",
            target_id=f"sp-{number * 17 % JOBS}",
        )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        young, old = await opened(Path(folder) / "young.db"), await opened(Path(folder) / "old.db")
        memory = dict[str, int]()
        for day in (1, DAYS):
            await old.until(day)
            memory[f"rss_mb_on_day_{day}"] = psutil.Process().memory_info().rss // 2**20
        await young.until(1)
        await compare(young, old)
        async with old.store.look() as tx:
            incidents = len(await tx.incidents.latest(10**6))
        await asyncio.gather(young.store.close(), old.store.close())
        file_mb = (Path(folder) / "old.db").stat().st_size // 2**20
        tell(bench="growth", days=DAYS, rows=A_DAY * DAYS, incidents=incidents, database_mb=file_mb, **memory)


async def opened(path: Path) -> Scene:
    """A new database, with a channel that watches."""
    store = await Store.open(f"sqlite:///{path.as_posix()}")
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.routes.add(Route(to=CHANNEL.id))
    return Scene(store)


async def compare(young: Scene, old: Scene) -> None:
    """Look by turns, so that whatever else the machine does slows both alike; the looks that prune are told apart."""
    pruning = [1000 * await scene.live(timedelta(hours=1)) for scene in (young, old)]
    first, last = list[float](), list[float]()
    for _ in range(LOOKS):
        first.append(1000 * await young.live(timedelta(seconds=10)))
        last.append(1000 * await old.live(timedelta(seconds=10)))
    days = {"after_1_day": first, f"after_{DAYS}_days": last}
    medians = {name: round(statistics.median(costs), 1) for name, costs in days.items()}
    times = round(statistics.median(last) / statistics.median(first), 2)
    tell(bench="growth", cpu_ms_of=f"{NEW} new rows", **medians, times=times, at_most=GROWTH, met=times <= GROWTH)
    tell(bench="growth", cpu_ms_of="the same with pruning", **dict(zip(medians, map(round, pruning), strict=True)))


if __name__ == "__main__":
    asyncio.run(main())
