"""What every implementation of the port Jobs does: the one in memory, and Graph's on the sandbox over TLS."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.adapters.graph.jobs import GraphJobs
from bot.model import Job, RestartScope
from bot.ports import Jobs, Refusal, SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.fake_sources import FakeJobs
from tests.support.make import quarantine
from tests.support.tenant_box import make_tenant


class InMemory:
    """Two jobs, one of them in quarantine."""

    def __init__(self) -> None:
        self.jobs = FakeJobs(
            [
                Job(
                    id="Workday.1", service_principal="1", name="Workday", status="Quarantine", quarantine=quarantine()
                ),
                Job(id="scim.2", service_principal="2", name="Plotter", status="Active"),
            ]
        )

    def break_down(self) -> None:
        self.jobs.down = "The source is down."

    def asked(self) -> list[tuple[str, str]]:
        return [(verb, scope) for verb, _, scope in self.jobs.done]


class OnSandbox:
    """The sandbox's jobs, Workday's in quarantine."""

    def __init__(self, jobs: GraphJobs, box: Sandbox) -> None:
        self.jobs, self._box = jobs, box

    def break_down(self) -> None:
        self._box.faults.add(Fault(area="graph", kind="status", status=503, times=0))

    def asked(self) -> list[tuple[str, str]]:
        actions = self._box.tenant.actions
        return [(action.verb, action.body["criteria"]["resetScope"] if action.body else "") for action in actions]


World = InMemory | OnSandbox


@pytest.fixture(params=["memory", "graph"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield InMemory()
        return
    tenant, dial = make_tenant()
    tenant.beat("credential_expires", job="Workday")
    tenant.actions.clear()
    dial.turn(seconds=10)
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))
        client = await held.enter_async_context(graph_on(box))
        yield OnSandbox(GraphJobs(client, clock=dial), box)


async def named(jobs: Jobs, word: str) -> Job:
    return next(job for job in await jobs.list() if word in job.name)


async def test_jobs_are_listed_by_name_and_no_two_are_called_the_same(world: World) -> None:
    names = [job.name for job in await world.jobs.list()]
    assert names == sorted(names, key=str.casefold)
    assert len(set(names)) == len(names)
    assert len({job.id for job in await world.jobs.list()}) == len(names) >= 2


async def test_a_job_read_alone_is_the_job_of_the_list(world: World) -> None:
    for job in await world.jobs.list():
        assert await world.jobs.get(job) == job


async def test_a_quarantine_says_why_and_since_when(world: World) -> None:
    found = (await named(world.jobs, "Workday")).quarantine
    assert found is not None
    assert found.reason == "EncounteredQuarantineException"
    assert found.error_code
    assert found.series_began is not None
    assert found.current_began is not None


async def test_a_paused_job_says_so_until_it_is_started(world: World) -> None:
    job = await named(world.jobs, "Plotter")
    await world.jobs.pause(job)
    assert (await world.jobs.get(job)).status == "Paused"
    assert (await named(world.jobs, "Plotter")).status == "Paused"
    await world.jobs.start(job)
    assert (await world.jobs.get(job)).status == "Active"
    assert world.asked() == [("pause", ""), ("start", "")]


async def test_a_restart_lifts_the_quarantine(world: World) -> None:
    job = await named(world.jobs, "Workday")
    await world.jobs.restart(job, [RestartScope.QUARANTINE])
    after = await world.jobs.get(job)
    assert after.status == "Active"
    assert after.quarantine is None
    assert world.asked() == [("restart", "QuarantineState")]


async def test_scopes_that_do_not_go_together_are_refused_and_nothing_is_sent(world: World) -> None:
    job = await named(world.jobs, "Workday")
    with pytest.raises(Refusal, match="force-deletes"):
        await world.jobs.restart(job, [RestartScope.FORCE_DELETES, RestartScope.WATERMARK])
    assert world.asked() == []


async def test_a_job_that_is_gone_is_refused_by_name(world: World) -> None:
    gone = Job(id="scim.nowhere", service_principal="nobody", name="Vanished app")
    for verb in (world.jobs.get, world.jobs.start, world.jobs.pause):
        with pytest.raises(Refusal, match="Vanished app"):
            await verb(gone)
    with pytest.raises(Refusal, match="Vanished app"):
        await world.jobs.restart(gone, [RestartScope.PORTAL])


async def test_a_job_is_gone_only_where_that_is_said_of_it_alone(world: World) -> None:
    there = await named(world.jobs, "Plotter")
    never = Job(id="scim.nowhere", service_principal=there.service_principal, name="Vanished")
    without = Job(id="scim.alone", service_principal="nobody", name="Vanished with its application")
    assert await world.jobs.gone([there, never, without]) == {never.id, without.id}
    assert await world.jobs.gone([]) == set()
    world.break_down()
    with pytest.raises(SourceDown):
        await world.jobs.gone([never])


async def test_a_refusal_does_not_say_that_a_job_is_gone_and_one_that_is_there_is_listed_again() -> None:
    tenant, dial = make_tenant()
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))
        client = await held.enter_async_context(graph_on(box))
        there = await named(GraphJobs(client, clock=dial), "Plotter")
        box.faults.add(
            Fault(area="batched", kind="status", status=403, match=f"{there.service_principal}/synchronization")
        )
        started_anew = GraphJobs(client, clock=dial)
        assert there.id not in {job.id for job in await started_anew.list()}
        box.faults.add(Fault(area="batched", kind="status", status=403, match=there.id))
        assert await started_anew.gone([there]) == set()
        assert there.id not in {job.id for job in await started_anew.list()}
        assert await started_anew.gone([there]) == set()
        assert there in await started_anew.list()


async def test_a_source_that_is_down_is_not_an_empty_list(world: World) -> None:
    job = await named(world.jobs, "Plotter")
    world.break_down()
    with pytest.raises(SourceDown):
        await world.jobs.list()
    with pytest.raises(SourceDown):
        await world.jobs.pause(job)
