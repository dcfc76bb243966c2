"""Graph and Log Analytics show the same rows, so they give the same events, over all that can happen in the sandbox."""

from bot.adapters.graph.provisioning_log import ProvisioningLog
from bot.model import ProvisioningEvent
from bot.ports import Source
from bot.sources.graph import GraphSource
from bot.sources.log_analytics import LogAnalyticsSource
from sandbox.faults import Faults
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.clients import graph_on, logs_on
from tests.support.tenant_box import Dial, later, make_tenant


def everything_happens(tenant: Tenant, dial: Dial) -> None:
    later(tenant, dial, minutes=2)
    tenant.beat("unknown_words")
    tenant.beat("lost_members")
    tenant.beat("too_many_deletes", count=50)
    tenant.beat("bulk", rows=300, hours=0.1, past=True, p95=0.0, late=0.0, tail=0.0)
    tenant.beat("leaves_scope", job="AD2AADProvisioning", count=2)
    later(tenant, dial, minutes=20)


async def whole(source: Source, dial: Dial) -> dict[str, ProvisioningEvent]:
    events: dict[str, ProvisioningEvent] = {}
    cursor = ""
    for _ in range(3):
        async for batch in source.read(cursor, dial()):
            events |= {event.id: event for event in batch.events}
            cursor = batch.cursor
            assert batch.broken == ()
        dial.turn(seconds=10)
    return events


async def test_both_sources_give_the_same_events() -> None:
    tenant, dial = make_tenant("storm")
    tenant.tokens.lifetime = 10**7
    everything_happens(tenant, dial)
    async with (
        Sandbox(tenant, Faults(tenant.clock)) as box,
        graph_on(box) as client,
        logs_on(box) as logs,
    ):
        by_graph = await whole(GraphSource(ProvisioningLog(client), elapsed=lambda: dial().timestamp()), dial)
        by_logs = await whole(LogAnalyticsSource(logs), dial)
    assert len(by_graph) > 1_000
    assert {by_logs[row] == event for row, event in by_graph.items()} == {True}
    assert {event.status for event in by_graph.values()} >= {"success", "failure", "skipped", "perplexed"}
    assert {event.action for event in by_graph.values()} >= {"create", "update", "stagedDelete", "teleport"}
