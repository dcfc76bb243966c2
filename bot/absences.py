"""Notices that nobody watched for a while, and tells it once all that was missed has been caught up with."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.adapters.store import Store, Transaction
from bot.model import Absence, Pulse
from bot.ports import Clock
from bot.reports import causes
from bot.routes import Routes
from bot.routing import readers
from cards.absence import absence, marker, summary

_HOUR = timedelta(hours=1)


class Absences:
    """Around each look into the logs. `longest` is the silence that is still none, in time."""

    def __init__(
        self,
        *,
        store: Store,
        now: Clock,
        longest: timedelta,
        routes: Routes | None = None,
    ) -> None:
        self._store, self._now, self._longest = store, now, longest
        self._routes = routes or Routes()

    async def began(self) -> None:
        """A look begins: if the last one is long ago, nobody watched since."""
        now = self._now()
        async with self._store.look() as tx:
            last = await tx.pulse.get()
        if last is None or now - last.at < self._longest:
            return
        async with self._store.begin() as tx:
            await tx.pulse.save(Pulse(at=now, since=last.since or last.at, until=now))

    async def ended(self, tx: Transaction, *, read_all: bool) -> bool:
        """A look has ended; `read_all` says that every source was read to its end, so that nothing is missing any more.

        Whether something is to be delivered.
        """
        last = await tx.pulse.get() or Pulse(at=self._now())
        told = read_all and await self._tell(tx, last)
        await tx.pulse.save(Pulse(at=self._now()) if told else replace(last, at=self._now()))
        return told

    async def _tell(self, tx: Transaction, last: Pulse) -> bool:
        if last.since is None or last.until is None:
            return False
        now = self._now()
        found = await missed(tx, last.since, last.until, now)
        key = f"absence/{last.since:%Y-%m-%dT%H:%M:%S}"
        mark = marker(key)
        for place in readers(await self._routes.book(tx)):
            await tx.outbox.add_post(place.id, key, absence(found, name=mark), summary(found), mark, since=now)
        return True


async def missed(tx: Transaction, since: datetime, until: datetime, now: datetime) -> Absence:
    """What the log held of an absence, and what came of it."""
    first, end = _hour(since), _hour(until) + _HOUR
    rows = await tx.reports.rows(first, end)
    still = await tx.reports.open()
    return Absence(
        since=since,
        until=until,
        rows=sum(sum(each.values()) for each in rows.values()),
        failed=sum(each.get("failure", 0) for each in rows.values()),
        causes=await causes(tx, first, end),
        opened=tuple(each for each in still if each.opened_at >= until and not each.held_by),
        resolved=await tx.reports.steps("resolved", until, now + timedelta(seconds=1)),
        open_now=len(still),
    )


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
