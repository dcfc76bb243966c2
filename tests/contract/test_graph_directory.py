"""What the bot reads around the jobs from Graph: roles, schemas, groups."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.adapters.graph.directory import GraphDirectory
from bot.model import Job, ScopedGroup
from bot.ports import SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant


class Desk:
    """The directory of a sandbox, as the bot asks it."""

    def __init__(self, box: Sandbox, directory: GraphDirectory) -> None:
        self.box, self.tenant, self.directory = box, box.tenant, directory


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    tenant, _ = make_tenant()
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock)))
        client = await held.enter_async_context(graph_on(box))
        yield Desk(box, GraphDirectory(client, app_id=tenant.app_id))


async def test_whoever_holds_a_role_by_themselves_or_through_a_group_is_known(desk: Desk) -> None:
    group = desk.tenant.world.groups[-1]
    people = {who["id"] for who in desk.tenant.admins} | {person.id for person in group.members}
    assert await desk.directory.role_holders() == people


async def test_a_group_whose_members_may_not_be_read_counts_for_nobody(desk: Desk) -> None:
    desk.box.faults.add(Fault(area="batched", kind="status", status=403, times=0, match="/members"))
    assert await desk.directory.role_holders() == {who["id"] for who in desk.tenant.admins}


async def test_all_pages_are_read(desk: Desk) -> None:
    desk.tenant.roles = {person.id: "user" for person in desk.tenant.world.people[:250]}
    assert await desk.directory.role_holders() == set(desk.tenant.roles)


async def test_without_the_permission_nothing_is_known_and_that_is_said_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.box.faults.add(Fault(area="graph", kind="status", status=403, times=0, match="roleAssignments"))
    assert [await desk.directory.role_holders() for _ in range(3)] == [None] * 3
    said = [record.getMessage() for record in caplog.records if "directory role" in record.getMessage()]
    assert len(said) == 1
    assert "RoleManagement.Read.Directory" in said[0]


async def test_a_fault_of_graph_is_no_answer(desk: Desk) -> None:
    desk.box.faults.add(Fault(area="graph", kind="status", status=503, times=0, match="roleAssignments"))
    with pytest.raises(SourceDown):
        await desk.directory.role_holders()


def job_of(desk: Desk, name: str) -> Job:
    found = desk.tenant.job(name)
    return Job(id=found.id, service_principal=found.spec.principal.id, name=name)


async def test_a_schema_says_its_version_and_the_groups_of_its_filters(desk: Desk) -> None:
    groups = desk.tenant.world.groups
    by_id = await desk.directory.schema(job_of(desk, "AAD2ADGroupProvisioning"))
    by_name = await desk.directory.schema(job_of(desk, "Salesforge"))
    assert by_id is not None
    assert by_name is not None
    assert (by_id.groups, by_name.groups) == ((groups[3].id,), (groups[4].name,))
    desk.tenant.beat("schema_changed", job="Salesforge")
    changed = await desk.directory.schema(job_of(desk, "Salesforge"))
    assert changed is not None
    assert changed.version != by_name.version


async def test_no_schema_is_known_of_a_job_that_is_gone_or_may_not_be_read(desk: Desk) -> None:
    there = job_of(desk, "Plotter")
    assert await desk.directory.schema(Job(id="x", service_principal=there.service_principal, name="")) is None
    desk.box.faults.add(Fault(area="batched", kind="status", status=403, match="/schema"))
    assert await desk.directory.schema(there) is None
    desk.box.faults.add(Fault(area="batched", kind="status", status=503, match="/schema"))
    with pytest.raises(SourceDown):
        await desk.directory.schema(there)


async def test_groups_that_filters_name_by_id_or_by_name_are_found_and_stay_known_under_another_name(
    desk: Desk,
) -> None:
    groups, job = desk.tenant.world.groups, job_of(desk, "Salesforge")
    named = (groups[4].name, groups[3].id, "Nobody's group", "O'Brien's")
    first = {each.id: each for each in await desk.directory.groups(job, named, ())}
    assert first[groups[4].id].name == groups[4].name
    assert groups[3].id in first
    known = [ScopedGroup(id=each.id, name=each.name) for each in first.values()]
    desk.tenant.beat("group_renamed", number=4)
    desk.tenant.beat("group_deleted", number=3)
    second = {each.id: each for each in await desk.directory.groups(job, named, known)}
    assert second[groups[4].id].name == "Contractors (old)"
    assert second[groups[3].id].gone
