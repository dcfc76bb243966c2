"""Who owns the applications of the jobs, as Graph says it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.adapters.graph.app_owners import app_owners
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.directory import GraphDirectory
from bot.model import Job
from bot.ports import SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant


class Desk:
    """A sandbox with its jobs, and a client on it."""

    def __init__(self, box: Sandbox, client: GraphClient) -> None:
        self.box, self.tenant, self.client = box, box.tenant, client
        self.jobs = [
            Job(id=each.id, service_principal=each.spec.principal.id, name=each.spec.principal.name)
            for each in box.tenant.jobs.values()
        ]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    tenant, _ = make_tenant()
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))
        yield Desk(box, await held.enter_async_context(graph_on(box)))


async def test_the_owners_of_every_job_are_those_of_its_application(desk: Desk) -> None:
    found = await app_owners(desk.client, desk.jobs)
    assert found == {job.id: frozenset(desk.tenant.owners[job.service_principal]) for job in desk.jobs}


async def test_an_application_without_owners_is_known_to_have_none(desk: Desk) -> None:
    desk.tenant.owners.clear()
    assert set((await app_owners(desk.client, desk.jobs)).values()) == {frozenset()}


async def test_of_an_application_that_is_gone_nothing_is_known(desk: Desk) -> None:
    gone = Job(id="x", service_principal="00000000-0000-4000-8000-000000000000", name="Gone")
    assert gone.id not in await app_owners(desk.client, [gone, *desk.jobs])


async def test_without_the_permission_nothing_is_known(desk: Desk) -> None:
    desk.box.faults.add(Fault(area="batched", kind="status", status=403, times=0, match="/owners"))
    assert await GraphDirectory(desk.client, app_id=desk.tenant.app_id).owners(desk.jobs) is None


@pytest.mark.parametrize("status", [403, 500])
async def test_what_graph_refuses_is_not_taken_for_nobody(desk: Desk, status: int) -> None:
    desk.box.faults.add(Fault(area="batched", kind="status", status=status, times=0, match="/owners"))
    with pytest.raises(SourceDown):
        await app_owners(desk.client, desk.jobs)
