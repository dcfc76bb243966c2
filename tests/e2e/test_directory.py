"""The sync with Active Directory, over the whole way: its age, its conflicts, where an object comes from."""

from pathlib import Path

import pytest

from bot.adapters.graph.hybrid import GraphHybrid
from bot.ports import SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant
from tests.support.whole import Whole, whole, words


async def rules(scene: Whole) -> list[str]:
    return sorted(incident.alert.rule for incident in await scene.incidents())


async def test_a_conflict_names_the_value_and_both_who_want_it(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        people = scene.tenant.world.people
        scene.tenant.beat("sync_conflict", number=3)
        await scene.look()
        card = words(scene.card("Two objects want the same ProxyAddress"))
        for wanting, holding in zip(people[100:103], people[400:403], strict=True):
            assert f"wanted by {wanting.name} (user), held by {holding.name} (user)" in card
            assert f"SMTP:{holding.upn}" in card
        shown = words(await scene.say("directory"))
        assert "Conflicts" in shown
        assert f"{people[100].name} (user)" in shown


async def test_a_sync_that_stands_still_gets_worse_and_is_one_incident_with_its_passwords(tmp_path: Path) -> None:
    async with whole(tmp_path, dirsync_hours=2) as scene:
        await scene.look()
        scene.tenant.beat("sync_stopped", hours=2.5)
        await scene.look(seconds=301)
        (incident,) = await scene.incidents()
        assert (incident.alert.rule, incident.alert.severity) == ("dirsync_stale", "medium")
        scene.tenant.beat("sync_stopped", hours=17)
        await scene.look(seconds=301)
        (incident,) = await scene.incidents()
        assert incident.alert.severity == "critical"
        assert "Stale" in words(await scene.say("directory"))


async def test_passwords_alone_that_stand_still_are_told_as_that(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        scene.tenant.beat("passwords_stopped", hours=4)
        await scene.look()
        (incident,) = await scene.incidents()
        assert incident.alert.title == "Password hashes have not been synchronized for hours"
        assert await rules(scene) == ["dirsync_stale"]


async def test_where_a_user_or_a_group_comes_from_is_said_in_sentences(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        person = scene.tenant.world.people[12]
        assert "It comes from Active Directory, and is changed there" in words(await scene.say(f"soa {person.upn}"))
        assert person.dn in words(await scene.say(f"soa {person.id}"))
        upn = scene.tenant.beat("switched_to_cloud")
        assert "it is changed in the cloud now" in words(await scene.say(f"soa {upn}"))
        group = next(group for group in scene.tenant.world.groups if not group.on_premises)
        assert "It lives in the cloud" in words(await scene.say(f"soa {group.name}"))
        assert "No user or group is called 'nobody at all'" in words(await scene.say("soa nobody at all"))
        hostile = words(await scene.say("soa o'brien' or displayName ne '"))
        assert "No user or group is called" in hostile
        scene.faults.add(Fault("graph", "status", status=403, match="onPremisesSyncBehavior"))
        told = words(await scene.say(f"soa {person.upn}"))
        assert "not known: Graph tells it only with the application permission User-OnPremisesSyncBehavior" in told


async def test_without_the_permission_nothing_resolves_and_the_missing_one_is_named(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        scene.tenant.beat("sync_conflict")
        await scene.look()
        scene.tenant.beat("sync_repaired")
        scene.faults.add(Fault("graph", "status", status=403, match="/organization", times=0))
        await scene.pass_by(minutes=40)
        assert await rules(scene) == ["dirsync_conflict", "source_failing"]
        card = words(scene.card("The sync with Active Directory cannot be looked after"))
        assert "Organization.Read.All" in card
        scene.faults.clear()
        await scene.pass_by(minutes=10)
        assert await rules(scene) == []


async def test_switched_off_it_asks_nothing_and_says_so(tmp_path: Path) -> None:
    async with whole(tmp_path, dirsync=False) as scene:
        scene.tenant.beat("sync_stopped", hours=50)
        await scene.look()
        assert await scene.incidents() == []
        assert scene.faults.count("graph", "/organization") == 0
        assert "DIRSYNC is false" in words(await scene.say("directory"))


async def test_an_hour_of_looking_costs_few_calls(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        before = scene.faults.count("graph")
        await scene.pass_by(minutes=60)
        assert scene.faults.count("graph", "/organization") <= 13
        assert scene.faults.count("graph", "onPremisesProvisioningErrors") <= 9
        assert scene.faults.count("graph") - before < 400


async def test_graph_hybrid_reads_all_pages_and_asks_owners_once(tmp_path: Path) -> None:
    tenant, _ = make_tenant()
    tenant.beat("sync_conflict", number=150)
    tenant.beat("service_refused")
    async with Sandbox(tenant, faults := Faults(), folder=tmp_path) as box, graph_on(box) as client:
        hybrid = GraphHybrid(client)
        found = await hybrid.conflicts(())
        assert len(found) == 150
        assert sum(bool(each.owners) for each in found) == 60
        again = await hybrid.conflicts(found)
        assert sum(bool(each.owners) for each in again) == 120
        faults_found, partly = await hybrid.faults()
        assert [(each.service, partly) for each in faults_found] == [("exchange", False)]
        faults.add(Fault("graph", "status", status=403, match="/contacts"))
        with pytest.raises(SourceDown, match=r"OrgContact\.Read\.All"):
            await hybrid.conflicts(())
