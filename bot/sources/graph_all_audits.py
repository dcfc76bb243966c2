"""Reads the whole of the directory's audit log from Graph, for the archive, in the tiers of sweeps that read the other log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import changes
from bot.ports import AuditBatch, Keeper, SourceDown
from bot.sources import sweeps
from bot.sources.audit_rows import Read, from_graph
from bot.sources.broken import Broken
from bot.sources.pacer import Pacer
from bot.sources.sweeps import Cursor, Sweep, Tier

if TYPE_CHECKING:
    from bot.adapters.graph.audit_log import AuditLog
    from bot.adapters.graph.provisioning_log import Page

log = logging.getLogger(__name__)

_TOP = 1000
# As in bot.sources.sweeps, but slower: nobody waits for these rows, and the budget is the provisioning log's first.
RECENT = Tier(name="recent", period=timedelta(minutes=1), overlap=timedelta(minutes=5), share=2)
MIDDLE = Tier(name="middle", period=timedelta(minutes=10), overlap=timedelta(minutes=21), share=1)
LATE = Tier(name="late", period=timedelta(minutes=30), overlap=timedelta(minutes=61), share=2, thorough=True)
TIERS = (RECENT, MIDDLE, LATE)


class GraphAllAudits:
    """Port `AuditSource`: it keeps every row, and gives those that are about provisioning."""

    name = "audits"

    def __init__(self, audit_log: AuditLog, pacer: Pacer, keeper: Keeper) -> None:
        self._log = audit_log
        self._pacer = pacer
        self._keeper = keeper
        self._broken = Broken(self.name)

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[AuditBatch]:
        """Yield a page, if one is due: no more at a look, since the other log is read next from the same budget.

        Raises SourceDown.
        """
        known = _known(cursor)
        tier = next((each for each in TIERS if sweeps.is_due(each, known.of(each), now)), None)
        if tier is None or self._pacer.held or not self._pacer.take():
            return
        sweep = sweeps.begun(tier, known.of(tier), now)
        page = await self._page(sweep)
        if page is None:
            yield AuditBatch(events=(), cursor=known.put(tier, sweeps.anew(sweep)).text())
            return
        rows = page.rows or ()
        readings = [from_graph(row, now) for row in rows]
        # Before the cursor moves on: what is kept twice does no harm, what is never kept is lost.
        await self._keeper.keep_audits({one.id: row for one, row in zip(readings, rows, strict=True)})
        events, broken = self._broken.sift(readings)
        sweep = sweeps.paged(tier, sweep, rows=len(rows), newest=_newest(readings, now), link=page.next_link or "")
        yield AuditBatch(events=changes.read(events), cursor=known.put(tier, sweep).text(), broken=broken)

    async def _page(self, sweep: Sweep) -> Page | None:
        """The next page of a sweep; None where its link is not taken any more, and it is to be begun again."""
        from bot.adapters.graph.provisioning_log import BadQuery

        try:
            if sweep.link:
                return await self._log.following(sweep.link)
            return await self._log.first(f"activityDateTime ge {sweep.since:%Y-%m-%dT%H:%M:%SZ}", _TOP)
        except BadQuery:
            if not sweep.link:
                raise
            return None
        except SourceDown as error:
            if error.after:
                self._pacer.hold(error.after)
            raise


def _newest(readings: list[Read], now: datetime) -> datetime | None:
    return max((one.event.at for one in readings if one.event is not None and one.event.at <= now), default=None)


def _known(cursor: str) -> Cursor:
    try:
        return sweeps.cursor_from(cursor)
    except ValueError:
        log.warning("cursor not readable, read anew", extra={"source": GraphAllAudits.name})
        return Cursor()
