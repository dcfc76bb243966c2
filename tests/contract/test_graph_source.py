"""What is Graph's own in reading the log: tiers, budget, filters that are refused, pages that are empty or lost."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.graph.provisioning_log import ProvisioningLog
from bot.model import ProvisioningEvent
from bot.ports import SourceDown
from bot.sources.graph import GraphSource
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import Dial, make_tenant


class Reader:
    """A source on the sandbox, which is looked at through `look`."""

    def __init__(self, source: GraphSource, box: Sandbox, dial: Dial) -> None:
        self.source, self.box, self.dial = source, box, dial
        self.cursor = ""
        self.events: dict[str, ProvisioningEvent] = {}

    async def look(self) -> None:
        async for batch in self.source.read(self.cursor, self.dial()):
            self.cursor = batch.cursor
            self.events |= {event.id: event for event in batch.events}

    def missing(self, *, but: float = 0) -> set[str]:
        """Rows that have arrived and were not read, but for those of the last minutes."""
        self.box.tenant.advance()
        until = self.dial() - timedelta(minutes=but)
        return {row.event["id"] for row in self.box.tenant.arrived if row.arrived_at <= until} - self.events.keys()

    def asked(self) -> list[str]:
        return [call.path.partition("?")[2] for call in self.box.faults.calls if call.area == "reports"]


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    tenant, dial = make_tenant()
    tenant.tokens.lifetime = 10**7
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box) as client:
        yield Reader(GraphSource(ProvisioningLog(client), elapsed=lambda: dial().timestamp()), box, dial)


async def test_the_first_start_reads_a_day(reader: Reader) -> None:
    await reader.look()
    assert any("activityDateTime gt 2026-11-19T08:00:00" in asked for asked in reader.asked())
    assert reader.missing() == set()


async def test_failures_come_within_ten_seconds(reader: Reader) -> None:
    await reader.look()
    reader.box.tenant.beat("proxy_conflict", count=3)
    reader.dial.turn(seconds=10)
    await reader.look()
    assert len([event for event in reader.events.values() if event.status == "failure"]) == 3
    assert "provisioningStatusInfo/status eq 'failure'" in reader.asked()[-1]


async def test_a_status_that_cannot_be_filtered_by_is_replaced_by_a_plain_short_sweep(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    reader.box.faults.add(Fault(area="reports", kind="status", status=400, times=0, match="tatusInfo/status"))
    for _ in range(3):
        await reader.look()
        reader.dial.turn(seconds=10)
    refused = [asked for asked in reader.asked() if "tatusInfo/status" in asked]
    assert len(refused) == 2, "each spelling is tried once"
    assert [record.message for record in caplog.records].count("Graph does not filter by that") == 2
    reader.box.tenant.beat("proxy_conflict", count=3)
    reader.dial.turn(seconds=10)
    await reader.look()
    assert len([event for event in reader.events.values() if event.status == "failure"]) == 3


async def test_a_filter_that_is_refused_for_another_reason_is_a_source_that_is_down(reader: Reader) -> None:
    reader.box.faults.add(Fault(area="reports", kind="status", status=400, times=0))
    with pytest.raises(SourceDown, match="did not accept"):
        await reader.look()


async def test_an_empty_page_proves_nothing(reader: Reader) -> None:
    await reader.look()
    reader.box.tenant.beat("bulk", rows=200, hours=0.05, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    reader.dial.turn(minutes=35)
    reader.box.faults.add(Fault(area="reports", kind="empty", times=4))
    await reader.look()
    assert reader.missing()
    reader.dial.turn(minutes=31)
    for _ in range(3):
        await reader.look()
        reader.dial.turn(seconds=10)
    assert reader.missing(but=3) == set()


async def test_an_empty_page_in_the_middle_of_a_sweep_does_not_end_it_for_good(reader: Reader) -> None:
    reader.box.tenant.beat("bulk", rows=2_500, hours=0.5, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    reader.box.faults.add(Fault(area="reports", kind="empty", times=0, match="skiptoken"))
    await reader.look()
    reader.dial.turn(seconds=10)
    await reader.look()
    assert reader.missing()
    reader.box.faults.clear()
    for _ in range(30):
        reader.dial.turn(minutes=2)
        await reader.look()
    assert reader.missing(but=3) == set()


async def test_a_link_that_has_grown_too_old_begins_the_sweep_again(reader: Reader) -> None:
    reader.box.tenant.beat("bulk", rows=3_000, hours=0.5, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    await reader.look()
    assert '"link"' in reader.cursor
    reader.dial.turn(seconds=10)
    reader.box.faults.add(Fault(area="reports", kind="status", status=400, match="skiptoken"))
    for _ in range(6):
        await reader.look()
        reader.dial.turn(seconds=10)
    assert reader.missing(but=3) == set()


async def test_after_throttling_graph_is_left_alone_for_as_long_as_it_asked(reader: Reader) -> None:
    reader.box.faults.add(Fault(area="reports", kind="status", status=429, retry_after=40))
    for _ in range(4):
        with pytest.raises(SourceDown) as down:
            await reader.look()
        assert down.value.after
        reader.dial.turn(seconds=9)
    assert len(reader.asked()) == 1
    reader.dial.turn(seconds=9)
    await reader.look()
    assert reader.missing() == set()


async def test_a_cursor_that_nobody_can_read_is_the_first_start_again(reader: Reader) -> None:
    for cursor in ("{", "[]", '{"tiers": 7}', '{"tiers": {"late": {"mark": "yesterday"}}}'):
        reader.cursor = cursor
        reader.dial.turn(seconds=20)
        await reader.look()
        assert reader.cursor.startswith('{"tiers":{')
    assert reader.missing() == set()


async def test_a_quiet_minute_costs_eight_calls(reader: Reader) -> None:
    await reader.look()
    before = len(reader.asked())
    for _ in range(6 * 10):
        reader.dial.turn(seconds=10)
        await reader.look()
    assert len(reader.asked()) - before <= 8 * 10
