"""Places that close and open, and people who are told something first: the whole bot, with Teams refusing as it documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import PERSON, Conversation, ConversationKind, ConversationState
from bot.model.routes import Route
from sandbox.as_teams_news import news, removed
from sandbox.faults import Fault
from sandbox.teams import general, personal_chat
from tests.support.whole import Whole, cards_of, whole, words

QUARANTINE = "is in quarantine"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as scene:
        yield scene


@pytest.fixture
async def installing(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path, proactive_install="auto") as scene:
        yield scene


async def in_trouble(scene: Whole, job: str = "Workday") -> None:
    scene.tenant.beat("credential_expires", job=job)
    await scene.look(seconds=60)


async def told(scene: Whole, event: str, *, name: str = "", conversation: str = "") -> None:
    """Teams tells of a place."""
    sent = news(event, conversation or general(scene.tenant), scene.tenant, scene.door.address(""), name=name)
    assert (await scene.door.deliver(sent)).ok


async def known(scene: Whole, conversation: str = "") -> Conversation:
    async with scene.bot.store.look() as tx:
        found = await tx.conversations.get(conversation or general(scene.tenant))
    assert found is not None
    return found


async def route_to(scene: Whole, person: dict[str, str]) -> str:
    """Somebody is to hear of every incident, wherever their chat with the bot may be."""
    sought = Conversation(
        id=f"{PERSON}{person['id']}",
        tenant_id=scene.tenant.id,
        service_url="",
        kind=ConversationKind.PERSONAL,
        user_id=person["id"],
    )
    async with scene.bot.store.begin() as tx:
        await tx.conversations.save(sought)
        await tx.routes.add(Route(to=sought.id))
    return sought.id


def colleague(scene: Whole, number: int = 50) -> dict[str, str]:
    """Somebody who never met the bot and does not have its app."""
    return scene.tenant.world.people[number].in_teams


async def settle(scene: Whole) -> None:
    """Time passes, and all that is due is delivered."""
    for _ in range(3):
        scene.clock.turn(seconds=15)
        await scene.deliver()


# --- Places ------------------------------------------------------------------------------------------------------------


async def test_a_chat_that_somebody_blocked_is_left_alone_until_they_speak(scene: Whole) -> None:
    chat = personal_chat(ben := scene.tenant.admins[1])
    await scene.teams.say("watch", ben, chat)
    scene.teams.refuse(chat, "ConversationBlockedByUser")
    await in_trouble(scene)
    assert (await known(scene, chat)).state is ConversationState.REFUSED
    assert "goes on as soon as somebody unblocks it and writes to it" in (await known(scene, chat)).closed
    assert "It goes on as soon as somebody unblocks it" in words(await scene.say("routes"))
    before = scene.faults.count("door", chat)
    await in_trouble(scene, "Slackline")
    assert scene.faults.count("door", chat) == before

    scene.teams.allow(chat)
    await scene.teams.say("help", ben, chat)
    await settle(scene)
    assert (await known(scene, chat)).active
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(chat, ben)) == 2


async def test_a_deleted_channel_is_left_alone_and_goes_on_when_it_is_restored(scene: Whole) -> None:
    channel = scene.tenant.team["channels"][1]["id"]
    await scene.teams.say("watch", conversation=channel)
    await told(scene, "channelDeleted", conversation=channel)
    await in_trouble(scene)
    assert (await known(scene, channel)).closed == "The channel was deleted. The bot goes on if it is restored."
    assert (await known(scene)).active
    assert len(cards_of(scene, QUARANTINE)) == 1
    assert "The channel was deleted." in words(await scene.say("routes"))
    await told(scene, "teamRenamed", name="Identity")
    assert not (await known(scene, channel)).active

    await told(scene, "channelRestored", conversation=channel)
    await settle(scene)
    assert (await known(scene, channel)).active
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(channel)) == 1


async def test_an_archived_team_goes_on_when_it_is_active_again_whether_or_not_the_bot_heard_of_it(
    scene: Whole,
) -> None:
    channel = scene.tenant.team["channels"][1]["id"]
    await scene.teams.say("watch", conversation=channel)
    scene.teams.refuse(channel, "MessageWritesBlocked")
    scene.teams.refuse(general(scene.tenant), "MessageWritesBlocked")
    await in_trouble(scene)
    assert not (await known(scene, channel)).active
    scene.teams.allow(channel)
    scene.teams.allow(general(scene.tenant))
    await told(scene, "teamUnarchived")
    await settle(scene)
    assert (await known(scene, channel)).active
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(channel)) == 1
    assert len(cards_of(scene, QUARANTINE)) == 1


async def test_new_names_of_teams_and_channels_are_known_everywhere(scene: Whole) -> None:
    channel = scene.tenant.team["channels"][1]["id"]
    await scene.teams.say("jobs", conversation=channel)
    await told(scene, "channelRenamed", conversation=channel, name="Alarms")
    await told(scene, "teamRenamed", name="Identity & access")
    assert [(await known(scene, channel)).name, (await known(scene, channel)).team_name] == [
        "Alarms",
        "Identity & access",
    ]
    assert (await known(scene)).team_name == "Identity & access"


@pytest.mark.parametrize("line", ["watch --severity low", "watch"])
async def test_a_second_channel_has_its_name_and_the_routes_that_people_make_there(scene: Whole, line: str) -> None:
    channel = scene.tenant.team["channels"][1]["id"]
    await scene.teams.say(line, conversation=channel)
    (answer,) = scene.teams.cards(channel)
    assert "changes nothing" not in words(answer)
    await in_trouble(scene)
    routes = words(await scene.say("routes"))
    assert "General in Identity operations" in routes
    assert "Identity alerts in Identity operations" in routes
    (number,) = [each.number for each in await scene.incidents()]
    told_of = words(await scene.say(f"who was told {number}"))
    assert "General in Identity operations" in told_of
    assert "Identity alerts in Identity operations" in told_of
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(channel)) == 1


async def test_a_channel_whose_name_teams_does_not_tell_just_now_is_answered_all_the_same(scene: Whole) -> None:
    scene.faults.add(Fault(area="door", kind="status", status=503, match="/v3/teams/", times=0))
    channel = scene.tenant.team["channels"][1]["id"]
    await scene.teams.say("watch", conversation=channel)
    assert "channel" in words(await scene.say("routes"))
    assert not (await known(scene, channel)).name
    scene.faults.clear()
    scene.clock.turn(seconds=3_660)
    await scene.teams.say("jobs", conversation=channel)
    assert (await known(scene, channel)).name == "Identity alerts"


async def test_an_app_that_was_removed_is_silent_and_goes_on_when_it_is_installed_again(scene: Whole) -> None:
    where = general(scene.tenant)
    assert (await scene.door.deliver(removed(where, scene.tenant, scene.door.url))).ok
    scene.teams.refuse(where, "BotNotInConversationRoster")
    calls = scene.faults.count("door")
    await in_trouble(scene)
    assert scene.faults.count("door") == calls
    assert (await known(scene)).closed.startswith("The app was removed from here.")

    scene.teams.allow(where)
    await scene.door.install()
    await settle(scene)
    assert len(cards_of(scene, QUARANTINE)) == 1


async def test_cards_of_a_conversation_that_moved_are_updated_at_its_new_address(scene: Whole) -> None:
    await in_trouble(scene)
    (standing,) = cards_of(scene, QUARANTINE)
    scene.door.move(general(scene.tenant), "emea")
    await in_trouble(scene, "Slackline")
    assert not (await known(scene)).active
    await scene.say("jobs")
    assert (await known(scene)).service_url == f"{scene.door.url}emea/"
    await scene.teams.press(standing, "Acknowledge")
    await settle(scene)
    assert len(cards_of(scene, QUARANTINE)) == 2
    assert "acknowledged by" in words(next(card for card in scene.teams.cards() if card.id == standing.id))


# --- People ------------------------------------------------------------------------------------------------------------


async def test_somebody_with_the_app_is_told_in_a_chat_that_the_bot_opens_once(scene: Whole) -> None:
    cleo = scene.tenant.admins[2]
    sought = await route_to(scene, cleo)
    await in_trouble(scene)
    await in_trouble(scene, "Slackline")
    await settle(scene)
    chat = await known(scene, personal_chat(cleo))
    assert (chat.kind, chat.user_id, chat.service_url) == (ConversationKind.PERSONAL, cleo["id"], scene.door.url)
    shown = [words(card) for card in scene.teams.cards(chat.id, cleo)]
    assert ["Workday" in card for card in shown] == [True, False], "each once, and in order"
    assert scene.teams.created == 1
    async with scene.bot.store.look() as tx:
        assert await tx.conversations.get(sought) is None
        assert chat.id in {each.id for each in await tx.conversations.watching()}


async def test_a_lost_answer_to_the_opening_of_a_chat_does_no_harm(scene: Whole) -> None:
    cleo = scene.tenant.admins[2]
    await route_to(scene, cleo)
    scene.tenant.beat("credential_expires", job="Workday")
    scene.faults.add(Fault(area="door", kind="drop_after", match="conversations", times=2))
    scene.faults.add(Fault(area="door", kind="status", status=503, match="conversations", times=2))
    await settle(scene)
    await scene.look(seconds=60)
    await settle(scene)
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(personal_chat(cleo), cleo)) == 1


async def test_somebody_without_the_app_is_not_told_and_why_is_known_until_they_install_it(scene: Whole) -> None:
    person = colleague(scene)
    sought = await route_to(scene, person)
    await in_trouble(scene)
    assert (
        "not installed for this person. The bot goes on as soon as they install it"
        in (await known(scene, sought)).closed
    )
    scene.tenant.apps.install(person["id"])
    chat = personal_chat(person)
    await scene.door.told()
    await settle(scene)
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(chat, person)) == 1


async def test_the_app_is_installed_for_somebody_who_is_to_be_told_where_that_is_allowed(installing: Whole) -> None:
    person = colleague(installing)
    await route_to(installing, person)
    await in_trouble(installing)
    await installing.door.told()
    await settle(installing)
    shown = installing.teams.cards(personal_chat(person), person)
    assert [QUARANTINE in words(card) for card in shown] == [True], "the card once, and no word of welcome"
    assert installing.tenant.apps.has(person["id"])
    async with installing.bot.store.look() as tx:
        watching = {each.id for each in await tx.conversations.watching()}
    assert watching == {general(installing.tenant), personal_chat(person)}


async def test_an_app_that_must_not_be_installed_says_whose_decision_that_is(installing: Whole) -> None:
    person = colleague(installing)
    installing.tenant.apps.forbidden.add(person["id"])
    sought = await route_to(installing, person)
    await in_trouble(installing)
    closed = (await known(installing, sought)).closed
    assert "blocked by the app permission policy of this user" in closed
    assert "TeamsAppInstallation.ReadWriteSelfForUser.All" in closed


async def test_a_person_whom_nobody_knows_is_refused_in_words(installing: Whole) -> None:
    sought = await route_to(installing, {"id": "00000000-0000-4000-8000-00000000dead"})
    await in_trouble(installing)
    assert "was not found" in (await known(installing, sought)).closed


async def test_somebody_who_speaks_first_takes_over_what_was_to_be_told_to_them(scene: Whole) -> None:
    cleo = scene.tenant.admins[2]
    sought = await route_to(scene, cleo)
    await scene.teams.say("help", cleo, personal_chat(cleo))
    await in_trouble(scene)
    async with scene.bot.store.look() as tx:
        assert await tx.conversations.get(sought) is None
    assert scene.teams.created == 0
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(personal_chat(cleo), cleo)) == 1


async def test_two_receivers_that_are_one_person_get_each_card_once(scene: Whole) -> None:
    cleo = scene.tenant.admins[2]
    chat = personal_chat(cleo)
    await scene.teams.say("watch", cleo, chat)
    await in_trouble(scene)
    sought = await route_to(scene, cleo)
    async with scene.bot.store.begin() as tx:
        for incident in await tx.incidents.open():
            await tx.outbox.want_card(incident.number, sought, incident.revision)
    await settle(scene)
    assert sum(QUARANTINE in words(card) for card in scene.teams.cards(chat, cleo)) == 1
    async with scene.bot.store.look() as tx:
        assert await tx.conversations.get(sought) is None
