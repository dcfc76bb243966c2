"""Routes on the whole bot: owners from Graph, routes as code, a dry run, and what is said of all that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.model import Grade
from bot.ports import BadSettings
from sandbox.faults import Fault
from sandbox.teams import general, personal_chat
from sandbox.tenant import Tenant
from tests.support.whole import Whole, whole, words

QUARANTINE = "is in quarantine"


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[Whole]:
    """Nobody watches yet."""
    async with whole(tmp_path, watch_on_install=False) as scene:
        yield scene


async def asks(scene: Whole, who: dict[str, Any], text: str) -> str:
    """Somebody writes in their own chat with the bot; what the answer says."""
    place = personal_chat(who)
    before = len(scene.teams.cards(place))
    await scene.teams.say(text, who, place)
    await scene.teams.until(lambda: len(scene.teams.cards(place)) > before)
    return words(scene.teams.cards(place)[-1])


def told(scene: Whole, place: str, about: str = QUARANTINE) -> int:
    """How many cards of incidents stand in a conversation."""
    return sum(
        about in words(card) and "Incident" in str(card.card["fallbackText"]) for card in scene.teams.cards(place)
    )


async def test_people_hear_of_the_applications_that_they_own(quiet: Whole) -> None:
    workday = quiet.tenant.job("Workday")
    owner = next(one for one in quiet.tenant.admins if one["id"] in quiet.tenant.owners[workday.spec.principal.id])
    other = next(one for one in quiet.tenant.admins if one is not owner)
    await quiet.look()
    for who in (owner, other):
        assert "applications that" in await asks(quiet, who, "watch --only-mine")
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    assert told(quiet, personal_chat(owner)) == 1
    assert told(quiet, personal_chat(other)) == 0


async def test_where_graph_does_not_tell_the_owners_everything_is_shown_and_that_is_said(quiet: Whole) -> None:
    quiet.faults.add(Fault(area="batched", kind="status", status=403, times=0, match="/owners"))
    await quiet.look()
    who = quiet.tenant.admins[0]
    assert "owners of its jobs are not known, so everything" in await asks(quiet, who, "watch --only-mine")
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    assert told(quiet, personal_chat(who)) == 1


async def test_what_nobody_was_told_is_told_to_the_first_who_watches_and_the_check_up_says_so(quiet: Whole) -> None:
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    assert told(quiet, general(quiet.tenant)) == 0
    found = [each.text for each in await quiet.bot.examine() if each.topic == "Routes" and each.grade is Grade.FAULT]
    assert len(found) == 1
    assert "told to nobody" in found[0]
    await quiet.say("watch slack")
    await quiet.deliver()
    assert told(quiet, general(quiet.tenant)) == 1


async def test_a_dry_run_tells_what_a_route_would_have_sent(quiet: Whole) -> None:
    await quiet.say("watch --severity critical")
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    number = (await quiet.incidents())[0].number
    await quiet.say(f"ack {number}")
    assert "would have had 1 card and 1 note" in words(await quiet.say("watch workday --dry-run"))
    assert "would have had 0 cards and 0 notes" in words(await quiet.say("watch slack --dry-run"))
    said = words(await quiet.say("routes --dry-run"))
    assert "1 route." in said
    assert "in the last 7 days" in said


async def test_routes_as_code_decide_from_the_start_and_chat_leaves_them_alone(tmp_path: Path) -> None:
    # The tenant of a sandbox is always the same one.
    (tmp_path / "routes.toml").write_text(_FILE.replace("19:GENERAL", general(Tenant(story="quiet"))), "utf-8")
    async with whole(tmp_path, watch_on_install=False, routes=tmp_path / "routes.toml") as scene:
        place = general(scene.tenant)
        said = words(await scene.say("routes"))
        assert "2 routes." in said
        assert "S1" in said
        assert "mentions" in said
        scene.tenant.beat("credential_expires", job="Workday")
        scene.tenant.beat("credential_expires", job="Slack")
        await scene.look(seconds=60)
        assert told(scene, place) == 1, "HR alone goes there"
        assert told(scene, place, "Workday") == 1
        assert "stands in the settings ([[routes]] 1 of" in words(await scene.say("unwatch S1"))
        async with scene.bot.store.look() as tx:
            assert await tx.routes.all() == []


async def test_a_file_that_is_changed_is_in_force_without_a_restart_and_one_with_mistakes_is_not(
    tmp_path: Path,
) -> None:
    tenant = Tenant(story="quiet")
    file, place = tmp_path / "routes.toml", general(tenant)
    file.write_text(f'[[routes]]\nto = "{place}"\nrules = "job_paused"\n', "utf-8")
    async with whole(tmp_path, watch_on_install=False, routes=file) as scene:
        assert scene.bot.rereading is not None
        file.write_text(f'[[routes]]\nto = "{place}"\nrules = "job_pausd"\nseverity = "critical"\n', "utf-8")
        await scene.bot.rereading.look()
        faults = [each.text for each in await scene.bot.examine() if each.grade is Grade.FAULT]
        assert any("(line 3): rules 'job_pausd' fits no rule" in each for each in faults)
        assert any("What was arranged before stays in force" in each for each in faults)
        assert "syncwatch_config_last_reload_successful 0.0" in await metrics(scene)
        assert "Rule job_paused" in words(await scene.say("routes"))
        file.write_text(f'[[routes]]\nto = "{place}"\nrules = "quarantine"\n', "utf-8")
        await scene.bot.rereading.look()
        assert "syncwatch_config_last_reload_successful 1.0" in await metrics(scene)
        scene.tenant.beat("credential_expires", job="Workday")
        await scene.look(seconds=60)
        assert told(scene, place) == 1


async def metrics(scene: Whole) -> str:
    async with ClientSession() as session, session.get(f"{scene.url}/metrics") as answer:
        return await answer.text()


_FILE = """
[[routes]]
to = "19:GENERAL"
kinds = "hr"
mention = "0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"

[[routes]]
to = "person:0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"
kinds = ["app"]
severity = "low"
"""


async def test_a_route_mentions_the_people_that_it_names_once_the_bot_knows_them(tmp_path: Path) -> None:
    tenant = Tenant(story="quiet")
    who, place = tenant.admins[1], general(tenant)
    (tmp_path / "routes.toml").write_text(f'[[routes]]\nto = "{place}"\nmention = "{who["id"]}"\n', "utf-8")
    async with whole(tmp_path, watch_on_install=False, routes=tmp_path / "routes.toml") as scene:
        assert "never said anything to me" in words(await scene.say("routes"))
        await asks(scene, who, "jobs")
        scene.tenant.beat("credential_expires", job="Workday")
        await scene.look(seconds=60)
        card = next(each.card for each in scene.teams.cards(place) if QUARANTINE in words(each))
        assert card["msteams"]["entities"][0]["mentioned"] == {"id": who["id"], "name": who["displayName"]}


async def test_a_file_with_mistakes_keeps_the_bot_from_starting_and_says_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text('[[routes]]\nto = "nobody"\nseverity = "hgih"\n', "utf-8")
    with pytest.raises(BadSettings) as said:
        async with whole(tmp_path, routes=tmp_path / "routes.toml"):
            pass
    assert "'nobody' is no receiver" in str(said.value)
    assert "Did you mean high?" in str(said.value)
