"""Digests: a report that a conversation gets by itself, once a day or once a week, also over restarts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.adapters.store import Store
from bot.model import Digest, Every
from bot.ports import Clock
from bot.reports import report
from cards.report import marker, summary
from cards.report import report as report_card

PERIOD = {Every.DAILY: timedelta(days=1), Every.WEEKLY: timedelta(days=7)}
MONDAY = 0


def next_time(every: Every, now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next time after now that the clock on the wall says `at` (on a Monday, for a weekly one)."""
    day = now.astimezone(zone).date()
    while True:
        due = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if due > now and (every is Every.DAILY or day.weekday() == MONDAY):
            return due
        day += timedelta(days=1)


class Digester:
    """Puts what is due into the outbox, together with when the next is due: neither is there without the other."""

    def __init__(self, *, store: Store, now: Clock, at: time, zone: ZoneInfo, wake: Callable[[], None]) -> None:
        self._store, self._now, self._at, self._zone, self._wake = store, now, at, zone, wake

    def next_time(self, every: Every) -> datetime:
        return next_time(every, self._now(), self._at, self._zone)

    async def post_due(self) -> int:
        """How many digests were due."""
        async with self._store.look() as tx:
            due = await tx.digests.due(self._now())
        for each in due:
            await self._post(each)
        if due:
            self._wake()
        return len(due)

    async def _post(self, digest: Digest) -> None:
        key = f"digest/{digest.every}/{digest.next_at:%Y-%m-%dT%H:%M}"
        async with self._store.begin() as tx:
            place = await tx.conversations.get(digest.conversation_id)
            if place is not None and place.active:
                now = self._now()
                found = await report(tx, now, PERIOD[digest.every])
                mark = marker(key)
                card = report_card(found, now, digest=digest.every, name=mark)
                await tx.outbox.add_post(digest.conversation_id, key, card, summary(found), mark, since=now)
            await tx.digests.put_off(digest.conversation_id, self.next_time(digest.every))
