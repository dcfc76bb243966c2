"""Reads the provisioning log from Graph, in tiers of sweeps that stay within Graph's budget for log reading."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.model import ProvisioningEvent
from bot.ports import Batch, Keeper, SourceDown
from bot.sources import sweeps
from bot.sources.broken import Broken
from bot.sources.normalise import from_graph
from bot.sources.pacer import Pacer
from bot.sources.sweeps import FAILING, LATE, MIDDLE, NEWEST, RECENT, Cursor, Sweep, Tier

if TYPE_CHECKING:
    from bot.adapters.graph.provisioning_log import Page, ProvisioningLog

log = logging.getLogger(__name__)

# Graph allows 5 calls in 10 s to all log reading of an app in a tenant; one of them is left to people's commands.
BUDGET = ((10.0, 4), (60.0, 24))
_TOP = 1000
# The documentation of v1.0 and of beta spell it differently, and neither promises that it can be filtered.
_FILTERS = ("provisioningStatusInfo/status eq 'failure'", "statusInfo/status eq 'failure'")


class GraphSource:
    """Port `Source`. What does not fit into the budget is read at the next look."""

    name = "graph"

    def __init__(
        self,
        provisioning_log: ProvisioningLog,
        *,
        elapsed: Callable[[], float] = time.monotonic,
        keeper: Keeper | None = None,
    ) -> None:
        self._log = provisioning_log
        self._keeper = keeper
        self.pacer = Pacer(BUDGET, elapsed)
        self._filters = list(_FILTERS)
        self._broken = Broken(self.name)

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        """Yield the pages that are due, one a batch. Raises SourceDown."""
        if self.pacer.held:
            raise SourceDown(
                f"Microsoft Graph asks for fewer calls, for {self.pacer.held:.0f} s more.", self.pacer.held
            )
        known = _known(cursor)
        for tier in self._tiers():
            while tier in self._tiers() and sweeps.is_due(tier, known.of(tier), now) and self.pacer.take():
                sweep = sweeps.begun(tier, known.of(tier), now)
                page = await self._page(tier, sweep)
                if page is None:
                    known = known.put(tier, sweeps.anew(sweep))
                    continue
                readings = [from_graph(row, now) for row in page.rows or ()]
                if self._keeper is not None:
                    # Before the cursor moves on: what is kept twice does no harm, what is never kept is lost.
                    await self._keeper.keep(
                        {reading.id: row for reading, row in zip(readings, page.rows or (), strict=True)}
                    )
                events, broken = self._broken.sift(readings)
                sweep = sweeps.paged(
                    tier, sweep, rows=len(page.rows or ()), newest=_newest(events, now), link=page.next_link or ""
                )
                known = known.put(tier, sweep)
                yield Batch(events=events, cursor=known.text(), broken=broken)

    def _tiers(self) -> Sequence[Tier]:
        return (FAILING if self._filters else NEWEST, RECENT, MIDDLE, LATE)

    async def _page(self, tier: Tier, sweep: Sweep) -> Page | None:
        """The next page of a sweep; None where the sweep is to be begun again, or its filter is not taken."""
        from bot.adapters.graph.provisioning_log import BadQuery

        try:
            if sweep.link:
                return await self._log.following(sweep.link)
            return await self._log.first(self._filter(tier, sweep), _TOP)
        except BadQuery as error:
            if sweep.link:
                log.info("sweep begun again", extra={"tier": tier.name, "why": str(error)})
                return None
            if not (tier.filtered and self._filters):
                raise
            refused = self._filters.pop(0)
            log.warning("Graph does not filter by that", extra={"filter": refused, "left": len(self._filters)})
            return None
        except SourceDown as error:
            if error.after:
                self.pacer.hold(error.after)
            raise

    def _filter(self, tier: Tier, sweep: Sweep) -> str:
        since = f"activityDateTime gt {sweep.since:%Y-%m-%dT%H:%M:%S.%fZ}"
        return f"{since} and {self._filters[0]}" if tier.filtered else since


def _known(cursor: str) -> Cursor:
    try:
        return sweeps.cursor_from(cursor)
    except ValueError:
        log.warning("cursor not readable, read anew", extra={"source": GraphSource.name})
        return Cursor()


def _newest(events: Sequence[ProvisioningEvent], now: datetime) -> datetime | None:
    return max((event.at for event in events if event.at <= now), default=None)
