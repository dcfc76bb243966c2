"""Where the bot speaks: watching, being installed, being thrown out, an archived team."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import ConversationKind
from tests.support.make import ADA, CHANNEL, NOON, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")
ELSEWHERE = replace(CHANNEL, id="19:other@thread.tacv2", name="Other")
MINE = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, team_id="")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK])
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


async def watching(talk: Talk) -> set[str]:
    async with talk.store.look() as tx:
        return {each.id for each in await tx.conversations.watching()}


# --- Watching ----------------------------------------------------------------------------------------------------------


async def test_a_conversation_that_begins_to_watch_gets_the_cards_of_what_is_open(talk: Talk) -> None:
    await talk.say("watch", place=ELSEWHERE)
    async with talk.store.look() as tx:
        due = [each for each in await tx.outbox.due(NOON) if each.conversation.id == ELSEWHERE.id]
    assert [each.incident for each in due] == [1, 2]
    assert talk.delivered == 1


async def test_a_conversation_that_a_refused_delivery_closed_opens_again_when_somebody_says_watch(talk: Talk) -> None:
    await talk.say("jobs")
    async with talk.store.begin() as tx:
        await tx.conversations.close(CHANNEL.id)
    await talk.say("watch")
    assert await watching(talk) == {CHANNEL.id}


async def test_unwatch_ends_it(talk: Talk) -> None:
    assert buttons(await talk.say("unwatch"))["Watch again"] == ("watch", "")
    assert await watching(talk) == set()


async def test_watch_me_needs_a_personal_chat(talk: Talk) -> None:
    assert "no personal chat with you" in shown(await talk.say("watch me"))
    await talk.say("hello", place=MINE)
    await talk.say("watch me")
    assert await watching(talk) == {CHANNEL.id, MINE.id}


async def test_the_button_that_ends_watch_me_ends_it_for_me_and_not_for_the_channel(talk: Talk) -> None:
    await talk.say("hello", place=MINE)
    verb, words = buttons(await talk.say("Watch ME"))["Stop watching"]
    assert (verb, words) == ("unwatch", "2"), "the number of the route"
    assert "Route 2 is ended: Ada Admin's chat heard of every incident." in shown(await talk.press(verb, words))
    assert await watching(talk) == {CHANNEL.id}
    await talk.say("watch me")
    assert buttons(await talk.say("unwatch me"))["Watch again"] == ("watch", "me")
    assert await watching(talk) == {CHANNEL.id}


# --- Coming and going --------------------------------------------------------------------------------------------------


async def test_on_installation_the_bot_says_hello_and_watches(talk: Talk) -> None:
    answer = await talk.chat.joined(ELSEWHERE, installed=True)
    assert answer is not None
    assert ELSEWHERE.id in await watching(talk)


async def test_where_the_bot_was_removed_nothing_is_sent_any_more(talk: Talk) -> None:
    await talk.chat.left(CHANNEL)
    async with talk.store.look() as tx:
        assert await tx.outbox.due(NOON) == []


async def test_an_archived_team_hears_nothing_and_watches_again_when_it_is_back(talk: Talk) -> None:
    await talk.say("watch", place=ELSEWHERE)
    await talk.say("jobs", place=replace(ELSEWHERE, id="19:third@thread.tacv2"))
    await talk.chat.left(CHANNEL, for_good=False)
    assert await watching(talk) == set(), "every channel of the team is shut"
    told = talk.delivered
    await talk.chat.joined(CHANNEL, installed=False)
    assert await watching(talk) == {CHANNEL.id, ELSEWHERE.id}, "and those that watched, and no others, watch again"
    assert talk.delivered > told
    async with talk.store.look() as tx:
        due = {(each.conversation.id, each.incident) for each in await tx.outbox.due(NOON)}
    assert due >= {(CHANNEL.id, 1), (ELSEWHERE.id, 1)}


async def test_where_somebody_had_said_unwatch_an_archived_team_stays_quiet(talk: Talk) -> None:
    await talk.say("unwatch")
    await talk.chat.left(CHANNEL, for_good=False)
    await talk.chat.joined(CHANNEL, installed=False)
    assert await watching(talk) == set()


# --- Notifications -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        ("jobs", "2 jobs · 1 in quarantine · 0 objects failing"),
        ("status workday", "Workday to Entra ID: In quarantine. No object fails."),
        ("help errors", "Help: errors: Show recent errors grouped by cause, with what they mean and what to do."),
        ("eror", "'eror' is no command of mine. Did you mean errors?"),
        ("watch", "Watching. This channel hears of every incident already: that is route 1."),
        ("unwatch", "Not watching. This channel hears of no new incidents."),
    ],
)
async def test_what_a_notification_says_is_what_the_card_says(talk: Talk, line: str, summary: str) -> None:
    assert (await talk.say(line)).summary == summary
