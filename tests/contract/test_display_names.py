"""What people are called in the directory, through the real SDK on the sandbox's Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.people import display_name
from bot.ports import SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant

NOBODY = "00000000-0000-4000-8000-00000000dead"


class Scene(NamedTuple):
    box: Sandbox
    client: GraphClient


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    tenant, _ = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box) as client:
        yield Scene(box, client)


async def test_somebody_is_called_as_the_directory_calls_them_and_who_is_not_there_is_told_to_be_missing(
    scene: Scene,
) -> None:
    person = scene.box.tenant.world.people[50]
    assert await display_name(scene.client, person.id) == person.in_teams["displayName"]
    assert await display_name(scene.client, NOBODY) is None


async def test_where_it_may_not_be_read_there_is_no_name_and_where_graph_is_down_that_is_told(scene: Scene) -> None:
    who = scene.box.tenant.world.people[50].id
    scene.box.faults.add(Fault(area="graph", kind="status", status=403, match="/users/"))
    assert await display_name(scene.client, who) == ""
    scene.box.faults.clear()
    scene.box.faults.add(Fault(area="graph", kind="status", status=400, match="/users/"))
    with pytest.raises(SourceDown):
        await display_name(scene.client, who)
