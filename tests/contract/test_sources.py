"""What every implementation of the port Source does: the one in memory, Graph's and Log Analytics' on the sandbox."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import cast

import msgspec
import pytest

from bot.adapters.graph.provisioning_log import ProvisioningLog
from bot.model import ProvisioningEvent
from bot.ports import Batch, Source, SourceDown
from bot.sources.graph import GraphSource
from bot.sources.log_analytics import LogAnalyticsSource
from bot.sources.normalise import from_graph
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on, logs_on
from tests.support.fake_sources import FakeSource
from tests.support.tenant_box import Dial, make_tenant

AREA = {"graph": "reports", "log_analytics": "logs"}


class World:
    """A source on a quiet tenant, and the tenant behind it."""

    def __init__(self, source: Source, box: Sandbox, dial: Dial) -> None:
        self.source, self.box, self.dial = source, box, dial

    def now(self) -> datetime:
        """What the tenant shows by now; the fake is told of it."""
        self.box.tenant.advance()
        if isinstance(self.source, FakeSource):
            self.source.rows = expected(self.box)
        return self.dial()

    async def look(self, cursor: str = "") -> tuple[dict[str, ProvisioningEvent], str]:
        """One read to its end: the events by id, and the last cursor."""
        events: dict[str, ProvisioningEvent] = {}
        async for batch in self.source.read(cursor, self.now()):
            events |= {event.id: event for event in batch.events}
            cursor = batch.cursor
        return events, cursor

    def break_down(self) -> None:
        if isinstance(self.source, FakeSource):
            self.source.down = "The source is down."
        else:
            self.box.faults.add(Fault(area=AREA[self.source.name], kind="drop", times=0))


def expected(box: Sandbox) -> list[ProvisioningEvent]:
    readings = [from_graph(msgspec.json.encode(row.event), box.tenant.clock()) for row in box.tenant.arrived]
    return [reading.event for reading in readings if reading.event is not None]


@pytest.fixture(params=["fake", "graph", "log_analytics"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    tenant, dial = make_tenant()
    # The tenant's clock runs ahead of the one by which the SDKs renew their tokens.
    tenant.tokens.lifetime = 10**7
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))

        def elapsed() -> float:
            return dial().timestamp()

        source: Source
        if request.param == "graph":
            client = await held.enter_async_context(graph_on(box))
            source = GraphSource(ProvisioningLog(client), elapsed=elapsed)
        elif request.param == "log_analytics":
            logs = await held.enter_async_context(logs_on(box))
            source = LogAnalyticsSource(logs, elapsed=elapsed)
        else:
            source = FakeSource(batch=500)
        yield World(source, box, dial)


async def test_the_first_look_shows_all_that_is_there(world: World) -> None:
    events, cursor = await world.look()
    assert events == {event.id: event for event in expected(world.box)}
    assert len(events) > 100
    assert cursor


async def test_what_happens_later_comes_at_a_later_look(world: World) -> None:
    before, cursor = await world.look()
    world.box.tenant.beat("proxy_conflict", count=3)
    world.dial.turn(minutes=2)
    after, _ = await world.look(cursor)
    new = [event for event in after.values() if event.id not in before and event.status == "failure"]
    assert len({event.object_id for event in new}) == 3
    assert {event.error_code for event in new} == {"AttributeValueMustBeUnique"}
    assert {event.step for event in new} == {"export"}


async def test_an_object_that_left_its_scope_is_told_apart_from_one_that_was_skipped(world: World) -> None:
    gone = world.box.tenant.beat("proxy_conflict", count=2)
    world.dial.turn(seconds=30)
    assert world.box.tenant.beat("leaves_scope", job="AD2AADProvisioning", count=2) == gone
    world.dial.turn(seconds=30)
    events, _ = await world.look()
    skipped = [event for event in events.values() if event.status == "skipped"]
    assert {event.object_id for event in skipped if event.out_of_scope} >= set(gone)
    assert {event.error_code for event in skipped if event.out_of_scope} == {"NotEffectivelyEntitled"}
    assert {event.error_code for event in skipped if not event.out_of_scope} == {"RedundantExport"}


async def test_words_that_nobody_knows_pass_through_as_they_are(world: World) -> None:
    told = world.box.tenant.beat("unknown_words")
    world.dial.turn(seconds=30)
    events, _ = await world.look()
    first, second = (events[row] for row in told["rows"])
    assert (first.action, first.step, first.error_code) == ("teleport", "reticulation", "SolarFlareDetected")
    assert second.status == "perplexed"


async def test_a_look_that_breaks_off_anywhere_is_gone_on_with_from_the_last_cursor(world: World) -> None:
    tenant = world.box.tenant
    tenant.beat("bulk", rows=3_000, hours=0.5, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    everything: set[str] = set()
    cursor = ""
    for look in range(40):
        world.dial.turn(seconds=10)
        batches = cast("AsyncGenerator[Batch]", world.source.read(cursor, world.now()))
        # One to three batches of each look are stored: then the process dies.
        for _ in range(look % 3 + 1):
            if (batch := await anext(batches, None)) is not None:
                everything |= {event.id for event in batch.events}
                cursor = batch.cursor
        await batches.aclose()
    # Graph's plain sweeps come once a minute, so what happened just now may still be to come.
    assert everything >= {event.id for event in expected(world.box) if event.at < world.dial() - timedelta(minutes=2)}


async def test_the_same_cursor_may_be_read_again(world: World) -> None:
    _, cursor = await world.look()
    world.box.tenant.beat("proxy_conflict", count=3)
    world.dial.turn(minutes=2)
    once, _ = await world.look(cursor)
    world.dial.turn(minutes=1)
    again, _ = await world.look(cursor)
    assert once.keys() <= again.keys()


async def test_a_source_that_is_down_says_so_and_loses_nothing(world: World) -> None:
    _, cursor = await world.look()
    world.break_down()
    world.dial.turn(minutes=2)
    with pytest.raises(SourceDown):
        await world.look(cursor)


async def test_a_bot_that_was_down_for_hours_catches_up(world: World) -> None:
    found, cursor = await world.look()
    world.box.tenant.beat("proxy_conflict", count=3)
    world.dial.turn(hours=9)
    for _ in range(20):
        more, cursor = await world.look(cursor)
        found |= more
        world.dial.turn(seconds=10)
    old = {event.id for event in expected(world.box) if event.at < world.dial() - timedelta(minutes=30)}
    assert old <= found.keys()
