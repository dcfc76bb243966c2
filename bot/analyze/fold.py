"""The watch over downloads: the same folding, rules and incidents, in a store that is thrown away afterwards."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path

from bot.activity import Keep
from bot.adapters.store import Store
from bot.analyze.in_kql import DAY, MOST_ROWS, NewestDay, watch_in_kql
from bot.analyze.reading import DownloadSource, Reader
from bot.analyze.seen import Seen
from bot.health import Health
from bot.model import Job, RestartScope
from bot.ports import Refusal
from bot.watch import Watcher

_FOR_EVER = timedelta(days=36_500)
_TOO_MANY = "{rows:,} rows of one day are too many for the rules in KQL: they were not asked. Ask them with --kql."


class _NoJobs:
    """Port `Jobs`: downloads do not say in what state a job is."""

    async def list(self) -> Sequence[Job]:
        return ()

    async def get(self, job: Job) -> Job:
        return job

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        return frozenset()

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None:
        raise Refusal("Downloads cannot be acted on.")

    async def start(self, job: Job) -> None:
        raise Refusal("Downloads cannot be acted on.")

    async def pause(self, job: Job) -> None:
        raise Refusal("Downloads cannot be acted on.")


async def folded(reader: Reader, folder: Path) -> tuple[Store, Seen]:
    """A store with everything that the rows amount to, judged as of the newest; the caller closes it.

    The rules are asked once what is usual is known, and which jobs there are: the watch learns that as time goes by.
    """
    store = await Store.open(f"sqlite:///{(folder / 'analysis.db').as_posix()}", durable=False)
    source, day = DownloadSource(reader), NewestDay(folder)
    now = source.seen.now
    health = Health({}, now)
    watcher = Watcher(
        store=store,
        jobs=_NoJobs(),
        sources=[source],
        now=now,
        health=health,
        keep=Keep(hours=_FOR_EVER, cleared=_FOR_EVER),
        kql=watch_in_kql(day, now, health),
    )
    try:
        await watcher.tick()
        async with store.begin() as tx:
            await tx.reading.save_jobs(source.seen.jobs())
            await tx.hours.learn(now())
            hourly = await tx.totals.by_hour()
        of_the_day = sum(rows for at, _, rows in hourly if at >= now() - DAY)
        if 0 < of_the_day <= MOST_ROWS:
            await day.fill(reader.since(now() - DAY))
        elif of_the_day:
            reader.warnings.append(_TOO_MANY.format(rows=of_the_day))
        await watcher.look_at_rules()
    except BaseException:
        await store.close()
        raise
    finally:
        await day.close()
    return store, source.seen
