"""The app installed for a person, through the real SDK on the sandbox's Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.granted import GraphPermissions
from bot.adapters.graph.installing import AUTO, FINDS, INSTALLS, GraphInstaller
from bot.model import Conversation, ConversationKind
from bot.ports import Refusal, SourceDown
from bot.settings import Settings
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant

FIND, INSTALL = "/appCatalogs/teamsApps", "/installedApps"


class Scene(NamedTuple):
    box: Sandbox
    client: GraphClient
    person: str

    def installer(self, app: str = AUTO) -> GraphInstaller:
        return GraphInstaller(self.client, app=app, app_id=self.box.tenant.app_id)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    tenant, _ = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box) as client:
        yield Scene(box, client, tenant.world.people[50].id)


async def test_the_app_is_found_once_and_installed(scene: Scene) -> None:
    installer = scene.installer()
    assert await installer.install(scene.person)
    assert scene.box.tenant.apps.has(scene.person)
    assert await installer.install(scene.box.tenant.world.people[51].id)
    assert scene.box.faults.count("graph", FIND) == 1


async def test_who_has_it_already_is_no_trouble(scene: Scene) -> None:
    assert not await scene.installer().install(scene.box.tenant.admins[0]["id"])


async def test_an_app_that_is_named_is_not_looked_up(scene: Scene) -> None:
    assert await scene.installer(scene.box.tenant.apps.catalogue_id).install(scene.person)
    assert scene.box.faults.count("graph", FIND) == 0


async def test_an_app_that_is_not_in_the_catalogue_says_what_to_upload(scene: Scene) -> None:
    scene.box.tenant.apps.uploaded = False
    with pytest.raises(Refusal, match=r"catalogue does not hold it. Upload the package that `app.py manifest` made"):
        await scene.installer().install(scene.person)


async def test_an_app_that_was_uploaded_anew_is_looked_up_anew(scene: Scene) -> None:
    installer, apps = scene.installer(), scene.box.tenant.apps
    assert await installer.install(scene.person)
    apps.catalogue_id = "0e0e0e0e-0000-4000-8000-000000000005"
    with pytest.raises(Refusal, match="404"):
        await installer.install(scene.box.tenant.world.people[51].id)
    assert await installer.install(scene.box.tenant.world.people[51].id)


@pytest.mark.parametrize(
    ("match", "permission"),
    [(FIND, r"AppCatalog\.Read\.All"), (INSTALL, r"TeamsAppInstallation\.ReadWriteSelfForUser\.All")],
)
@pytest.mark.parametrize("status", [401, 403])
async def test_what_is_not_permitted_names_the_permission(
    scene: Scene, match: str, permission: str, status: int
) -> None:
    scene.box.faults.add(Fault(area="graph", kind="status", status=status, match=match))
    with pytest.raises(Refusal, match=permission):
        await scene.installer().install(scene.person)


async def test_a_policy_that_forbids_it_is_told_in_graphs_words(scene: Scene) -> None:
    scene.box.tenant.apps.forbidden.add(scene.person)
    with pytest.raises(Refusal, match="blocked by the app permission policy of this user"):
        await scene.installer().install(scene.person)


async def test_somebody_who_is_not_there_is_not_installed_for(scene: Scene) -> None:
    with pytest.raises(Refusal, match="was not found"):
        await scene.installer().install("00000000-0000-4000-8000-00000000dead")


@pytest.mark.parametrize("match", [FIND, INSTALL])
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_graph_in_trouble_is_asked_again_later(scene: Scene, match: str, status: int) -> None:
    scene.box.faults.add(Fault(area="graph", kind="status", status=status, match=match, retry_after=7))
    with pytest.raises(SourceDown) as caught:
        await scene.installer().install(scene.person)
    assert caught.value.after == 7
    assert await scene.installer().install(scene.person)


async def given(scene: Scene, setting: str) -> dict[str, bool | None]:
    """What the check-up says of the two permissions, tried on somebody's chat."""
    box = scene.box.environment() | {"PROACTIVE_INSTALL": setting}
    settings = Settings(_env_file=None, **{name.lower(): value for name, value in box.items()})  # pyright: ignore[reportCallIssue, reportArgumentType]
    chat = Conversation(id="a:1", tenant_id="t", service_url="s", kind=ConversationKind.PERSONAL, user_id=scene.person)
    grants = await GraphPermissions(scene.client, settings).grants([], [chat], ())
    return {each.permission: each.given for each in grants if each.permission in (INSTALLS, FINDS)}


@pytest.mark.parametrize(
    ("setting", "permissions"),
    [("", {}), ("auto", {INSTALLS: True, FINDS: True}), ("0e0e0e0e-0000-4000-8000-000000000005", {INSTALLS: True})],
)
async def test_only_who_installs_is_asked_for_the_permissions(
    scene: Scene, setting: str, permissions: dict[str, bool | None]
) -> None:
    assert await given(scene, setting) == permissions


async def test_missing_permissions_are_found_out(scene: Scene) -> None:
    scene.box.faults.add(Fault(area="graph", kind="status", status=403, match=INSTALL))
    scene.box.faults.add(Fault(area="graph", kind="status", status=403, match=FIND))
    assert await given(scene, "auto") == {INSTALLS: False, FINDS: False}
