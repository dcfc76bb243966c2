"""The slow look around the jobs: how often it asks, what it keeps, and what it is silent about."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.health import Health
from bot.model import Credential, FoundGroup, Job, Schema, ScopedGroup
from bot.ports import SourceDown
from bot.surroundings import Surroundings
from tests.support.make import Hand, job

WORKDAY = job()


class FakeDirectory:
    """Port `Directory`: one group by assignment, and those that the schema names; `asked` are the questions so far."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.holders: Set[str] | None = {"ada"}
        self.found: Schema | None = Schema(job_id=WORKDAY.id, version="1", groups=("Finance",))
        self.down = False
        self.owned: Mapping[str, Set[str]] | None = {WORKDAY.id: {"ada"}}

    async def credentials(self, jobs: Sequence[Job]) -> Sequence[Credential]:
        return ()

    async def check(self, job: Job) -> str | None:
        return ""

    async def schema(self, job: Job) -> Schema | None:
        self.asked.append("schema")
        return self.found

    async def groups(self, job: Job, named: Sequence[str], known: Sequence[ScopedGroup]) -> Sequence[FoundGroup]:
        self.asked.append("groups")
        return [FoundGroup(id=each.lower(), name=each) for each in ("Everybody", *named)]

    async def owners(self, jobs: Sequence[Job]) -> Mapping[str, Set[str]] | None:
        self.asked.append("owners")
        if self.down:
            raise SourceDown("Microsoft Graph has a fault of its own (503).")
        return self.owned

    async def role_holders(self) -> Set[str] | None:
        self.asked.append("roles")
        if self.down:
            raise SourceDown("Microsoft Graph has a fault of its own (503).")
        return self.holders


class Scene:
    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.directory = store, Hand(), FakeDirectory()
        self.health = Health({}, self.clock, also=("directory", "groups"))
        self.around = Surroundings(
            store=store, now=self.clock, health=self.health, audits=None, directory=self.directory
        )

    async def look(self, **later: float) -> None:
        self.clock.forward(**later)
        await self.around.look([WORKDAY])

    async def roles(self) -> Set[str] | None:
        async with self.store.look() as tx:
            return (await tx.credentials.state()).roles


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Scene(store)
    await store.close()


async def test_roles_owners_schema_and_groups_are_asked_for_once_an_hour(scene: Scene) -> None:
    for minutes in (0, 1, 30, 28, 2):
        await scene.look(minutes=minutes)
    asked = sorted(scene.directory.asked)
    assert asked == ["groups", "groups", "owners", "owners", "roles", "roles", "schema", "schema"]


async def test_the_owners_of_a_new_job_are_asked_for_soon(scene: Scene) -> None:
    await scene.look()
    scene.directory.asked.clear()
    new = job("Slack", id="slack.t.2")
    for minutes in (2, 2):
        scene.clock.forward(minutes=minutes)
        await scene.around.look([WORKDAY, new])
    assert scene.directory.asked.count("owners") == 1


async def test_owners_that_cannot_be_read_are_those_that_were_known_and_without_the_permission_none_are(
    scene: Scene,
) -> None:
    await scene.look()
    scene.directory.down = True
    await scene.look(hours=2)
    async with scene.store.look() as tx:
        assert await tx.credentials.owners() == {WORKDAY.id: {"ada"}}
    scene.directory.down, scene.directory.owned = False, None
    await scene.look(hours=2)
    async with scene.store.look() as tx:
        assert await tx.credentials.owners() == {}


async def test_groups_that_the_schema_names_are_looked_after_also_while_it_cannot_be_read(scene: Scene) -> None:
    await scene.look()
    scene.directory.found = None
    await scene.look(hours=1)
    async with scene.store.look() as tx:
        assert [each.name for each in (await tx.credentials.groups())[WORKDAY.id]] == ["Everybody", "Finance"]
        assert (await tx.credentials.schemas())[WORKDAY.id].version == "1"


async def test_roles_that_cannot_be_read_are_no_trouble_of_a_source(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.look()
    scene.directory.down = True
    with caplog.at_level(logging.WARNING):
        await scene.look(hours=1)
    assert "503" in caplog.text
    assert await scene.roles() == {"ada"}
    assert [state.name for state in scene.health.states() if state.failing_since] == []


async def test_without_the_permission_the_roles_are_unknown_again(scene: Scene) -> None:
    await scene.look()
    scene.directory.holders = None
    await scene.look(hours=1)
    assert await scene.roles() is None
