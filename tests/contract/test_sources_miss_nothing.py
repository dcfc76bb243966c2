"""Twenty thousand rows, late, repeated and out of order, by a clock that is wrong at times: none is missed, budgets hold."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.adapters.graph.provisioning_log import ProvisioningLog
from bot.model import ProvisioningEvent
from bot.ports import Source
from bot.sources.graph import GraphSource
from bot.sources.log_analytics import LogAnalyticsSource
from sandbox.faults import Faults
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.clients import graph_on, logs_on
from tests.support.tenant_box import Dial, make_tenant

ROWS = 20_000
AREA = {"graph": "reports", "log_analytics": "logs"}


class Bot:
    """Looks again and again, and keeps what it saw and where it is; `wrong` is how far its clock is off."""

    def __init__(self, source: Source, dial: Dial) -> None:
        self.events: dict[str, ProvisioningEvent] = {}
        self.seen_at: dict[str, datetime] = {}
        self.changed: list[str] = []
        self.wrong = timedelta()
        self._source, self._dial, self._cursor = source, dial, ""

    async def look(self) -> None:
        async for batch in self._source.read(self._cursor, self._dial() + self.wrong):
            assert len(batch.events) <= 5_000
            assert batch.broken == ()
            self._cursor = batch.cursor
            for event in batch.events:
                self._note(event)

    async def live(self, *, every: float, minutes: float) -> None:
        for _ in range(int(minutes * 60 / every)):
            await self.look()
            self._dial.turn(seconds=every)

    def _note(self, event: ProvisioningEvent) -> None:
        if self.events.setdefault(event.id, event) != event:
            self.changed.append(event.id)
        self.seen_at.setdefault(event.id, self._dial())


async def through_an_unquiet_night(bot: Bot, tenant: Tenant, *, every: float) -> dict[str, Any]:
    """An hour of rows, up to an hour late; the bot's clock runs ahead for a while, then behind, then is set right."""
    await bot.live(every=10, minutes=1)
    told = tenant.beat("bulk", rows=ROWS, hours=1.0, p95=120.0, late=0.02, tail=3_600.0, repeats=0.05)
    await bot.live(every=10, minutes=3)
    await bot.live(every=every, minutes=17)
    bot.wrong = timedelta(hours=3)
    await bot.live(every=every, minutes=75)
    bot.wrong = timedelta(minutes=-25)
    await bot.live(every=every, minutes=15)
    bot.wrong = timedelta()
    # The last rows arrive two hours after the first, and Graph's longest sweep comes every half an hour.
    await bot.live(every=every, minutes=43)
    await bot.live(every=10, minutes=1)
    return told


def busiest(box: Sandbox, area: str, seconds: float) -> int:
    """The most calls in any stretch of so many seconds."""
    times = sorted(call.at for call in box.faults.calls if call.area == area)
    span, most, first = timedelta(seconds=seconds), 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("name", ["graph", "log_analytics"])
async def test_every_row_is_read_and_the_budget_is_kept(name: str) -> None:
    tenant, dial = make_tenant(history_hours=0.1)
    tenant.tokens.lifetime = 10**7
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))
        bot = Bot(await source_on(name, box, dial, held), dial)
        told = await through_an_unquiet_night(bot, tenant, every=30 if name == "graph" else 60)
        tenant.advance()
        settled = {row.event["id"] for row in tenant.arrived if row.arrived_at < dial() - timedelta(minutes=2)}
        assert len(settled) > ROWS
        assert settled <= bot.events.keys()
        assert bot.changed == []
        assert failing(bot.events.values(), told) == {tuple(each) for each in told["open"]}
        check_budget(name, box, dial() - tenant.started)


async def source_on(name: str, box: Sandbox, dial: Dial, held: AsyncExitStack) -> Source:
    def elapsed() -> float:
        return dial().timestamp()

    if name == "graph":
        return GraphSource(ProvisioningLog(await held.enter_async_context(graph_on(box))), elapsed=elapsed)
    return LogAnalyticsSource(await held.enter_async_context(logs_on(box)), elapsed=elapsed)


def failing(events: Iterable[ProvisioningEvent], told: dict[str, Any]) -> set[tuple[str, str, str]]:
    """The objects whose last word is a failure, of those that the told ones speak of."""
    ended: dict[tuple[str, str], str] = {}
    for event in sorted(events, key=lambda event: event.at):
        if event.status in ("failure", "success"):
            ended[event.job_id, event.object_id] = event.error_code
    wanted = {(job, who) for job, who, _ in told["open"]}
    return {(job, who, code) for (job, who), code in ended.items() if code and (job, who) in wanted}


def check_budget(name: str, box: Sandbox, lasted: timedelta) -> None:
    area, minutes = AREA[name], lasted.total_seconds() / 60
    assert box.faults.count(area) <= (24 if name == "graph" else 6) * minutes
    if name == "graph":
        assert busiest(box, area, 10) <= 5
        assert busiest(box, area, 60) <= 24
    else:
        assert busiest(box, area, 60) <= 7
