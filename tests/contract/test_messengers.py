"""What every receiver in Teams does: the one in memory, and Teams itself through the front door, over HTTP and with Graph."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from bot.adapters.graph.messages import GraphMessages
from bot.adapters.teams import Teams
from bot.model import PERSON, Conversation, ConversationKind, Posted
from bot.ports import CardGone, Message, Moved, Receiver, TryLater, Undeliverable
from sandbox.door import Door
from sandbox.faults import Fault, Faults
from sandbox.keys import ISSUER
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.teams import bot_id, general, group_chat
from sandbox.tenant import Tenant
from tests.support.clients import graph_on
from tests.support.fakes import MemoryMessenger
from tests.support.teams_stage import Ear

Json = dict[str, Any]


def card(text: str) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": text}]}


def message(text: str, summary: str) -> Message:
    return Message(card=card(text), summary=summary)


def sought(user_id: str, tenant_id: str) -> Conversation:
    """A person whose chat with the bot is not known."""
    kind = ConversationKind.PERSONAL
    return Conversation(id=f"{PERSON}{user_id}", tenant_id=tenant_id, service_url="", kind=kind, user_id=user_id)


class Home(Protocol):
    """A messenger, two places to speak in, and what may happen to it there."""

    channel: Conversation
    chat: Conversation
    person: Conversation

    @property
    def messenger(self) -> Receiver: ...

    def standing(self, where: Conversation) -> list[str]:
        """The bot's cards and notes, as JSON or plain text, oldest first."""
        ...

    def delete(self, where: Conversation, posted: Posted) -> None: ...

    def close(self, where: Conversation) -> None: ...

    def throttle(self, seconds: int) -> None: ...

    def lose_an_answer(self) -> None: ...

    def opened(self) -> list[Conversation]:
        """The chats that the messenger opened and told of, each once."""
        ...


class InMemory:
    """The fake."""

    def __init__(self) -> None:
        self.messenger = MemoryMessenger()
        self.channel = Conversation(id="19:c@thread.tacv2", tenant_id="t", service_url="http://127.0.0.1:1/")
        self.chat = Conversation(
            id="19:g@thread.v2", tenant_id="t", service_url="http://127.0.0.1:1/", kind=ConversationKind.GROUP
        )
        self.person = sought("11111111-1111-4111-8111-111111111111", "t")

    def standing(self, where: Conversation) -> list[str]:
        return [one.text or json.dumps(one.card) for one in self.messenger.said.get(where.id, [])]

    def delete(self, where: Conversation, posted: Posted) -> None:
        self.messenger.delete(where, posted)

    def close(self, where: Conversation) -> None:
        self.messenger.closed.add(where.id)

    def throttle(self, seconds: int) -> None:
        self.messenger.fails.append(TryLater("429", after=seconds))

    def lose_an_answer(self) -> None:
        self.messenger.lost += 1

    def opened(self) -> list[Conversation]:
        return list(self.messenger.opened.values())


class InTeams:
    """The adapter, with the sandbox's front door, login and Graph around it."""

    messenger: Receiver

    async def enter(self, stack: AsyncExitStack) -> InTeams:
        self.tenant, self.faults, self.ear = Tenant(story="quiet"), Faults(), Ear()
        box = await stack.enter_async_context(Sandbox(self.tenant, self.faults))
        self.teams = MemoryTeams(self.tenant)
        door = Door(self.tenant, self.faults, self.teams, sign=box.token, bot_url="http://127.0.0.1:1/")
        await stack.enter_async_context(door)
        graph = await stack.enter_async_context(graph_on(box))

        async def token() -> str:
            return self.tenant.tokens.issue("https://api.botframework.com/.default")

        teams = Teams(
            app_id=self.tenant.app_id,
            tenant_id=self.tenant.id,
            openid_url=box.environment()["BOT_OPENID_URL"],
            issuer=ISSUER,
            token=token,
            listener=self.ear,
            clock=lambda: datetime.now(UTC),
            look=GraphMessages(graph, app_id=self.tenant.app_id).find,
            ca_file=box.ca_file,
        )
        stack.push_async_callback(teams.close)
        self.messenger = teams
        self.channel = self._place(general(self.tenant), door.url, ConversationKind.CHANNEL)
        self.person = replace(sought(self.tenant.admins[2]["id"], self.tenant.id), service_url=door.url)
        self.chat = self._place(group_chat(self.tenant), door.url, ConversationKind.GROUP)
        return self

    def _place(self, number: str, url: str, kind: ConversationKind) -> Conversation:
        return Conversation(
            id=number,
            tenant_id=self.tenant.id,
            service_url=url,
            kind=kind,
            team_group_id=self.tenant.team["groupId"],
            bot_id=bot_id(self.tenant),
        )

    def standing(self, where: Conversation) -> list[str]:
        mine = [one.activity for one in self.teams.messages if one.conversation == where.id and not one.sender]
        return [one.get("text") or json.dumps(one["attachments"][0]["content"]) for one in mine]

    def delete(self, where: Conversation, posted: Posted) -> None:
        kept = self.teams.find(where.id, posted.activity_id)
        assert kept is not None
        self.teams.messages.remove(kept)

    def close(self, where: Conversation) -> None:
        self.teams.refuse(where.id, "BotNotInConversationRoster")

    def throttle(self, seconds: int) -> None:
        self.faults.add(Fault(area="door", kind="status", status=429, retry_after=seconds))

    def lose_an_answer(self) -> None:
        self.faults.add(Fault(area="door", kind="drop_after"))

    def opened(self) -> list[Conversation]:
        return list({chat.id: chat for chat, _ in self.ear.joins}.values())


@pytest.fixture(params=["memory", "teams"])
async def home(request: pytest.FixtureRequest) -> AsyncIterator[Home]:
    async with AsyncExitStack() as stack:
        yield InMemory() if request.param == "memory" else await InTeams().enter(stack)


async def test_a_card_is_posted_once_and_lives_on(home: Home) -> None:
    posted = await home.messenger.post(home.channel, message("three fail", "Three fail"))
    await home.messenger.update(home.channel, posted, message("none fails", "Resolved"))
    assert home.standing(home.channel) == [json.dumps(card("none fails"))]
    assert posted.thread_id == f"{home.channel.id};messageid={posted.activity_id}"


async def test_a_card_lives_in_a_chat_just_so(home: Home) -> None:
    posted = await home.messenger.post(home.chat, message("three fail", "Three fail"))
    await home.messenger.update(home.chat, posted, message("none fails", "Resolved"))
    await home.messenger.note(home.chat, posted, "Resolved", message("none fails", "Resolved"))
    assert home.standing(home.chat) == [json.dumps(card("none fails")), "Resolved"]
    assert posted.thread_id == home.chat.id


async def test_a_note_follows_its_card(home: Home) -> None:
    posted = await home.messenger.post(home.channel, message("three fail", "Three fail"))
    await home.messenger.note(home.channel, posted, "Resolved", message("none fails", "Resolved"))
    assert home.standing(home.channel) == [json.dumps(card("three fail")), "Resolved"]


async def test_a_card_that_somebody_deleted_is_gone(home: Home) -> None:
    posted = await home.messenger.post(home.channel, message("three fail", "Three fail"))
    home.delete(home.channel, posted)
    with pytest.raises(CardGone):
        await home.messenger.update(home.channel, posted, message("none fails", "Resolved"))


async def test_a_conversation_that_is_closed_is_gone_for_every_verb(home: Home) -> None:
    posted = await home.messenger.post(home.channel, message("three fail", "Three fail"))
    home.close(home.channel)
    wishes = [
        home.messenger.post(home.channel, message("again", "Again")),
        home.messenger.update(home.channel, posted, message("again", "Again")),
        home.messenger.note(home.channel, posted, "Again", message("none fails", "Resolved")),
    ]
    for wish in wishes:
        with pytest.raises(Undeliverable) as caught:
            await wish
        assert caught.value.gone
        assert not isinstance(caught.value, CardGone)


async def test_who_is_throttled_is_told_for_how_long_and_has_said_nothing(home: Home) -> None:
    home.throttle(7)
    with pytest.raises(TryLater) as caught:
        await home.messenger.post(home.channel, message("three fail", "Three fail"))
    assert (caught.value.after, caught.value.uncertain) == (7, False)
    assert home.standing(home.channel) == []


async def test_a_card_whose_answer_was_lost_is_found_again(home: Home) -> None:
    home.lose_an_answer()
    with pytest.raises(TryLater) as caught:
        await home.messenger.post(home.channel, message("three fail (#7)", "Three fail"))
    assert caught.value.uncertain
    found = await home.messenger.find(home.channel, "(#7)")
    assert found is not None
    await home.messenger.update(home.channel, found, message("none fails", "Resolved"))
    assert home.standing(home.channel) == [json.dumps(card("none fails"))]


async def test_a_card_that_never_arrived_is_not_found(home: Home) -> None:
    await home.messenger.post(home.channel, message("three fail (#7)", "Three fail"))
    assert await home.messenger.find(home.channel, "(#8)") is None


async def test_a_note_whose_answer_was_lost_is_found_again(home: Home) -> None:
    posted = await home.messenger.post(home.channel, message("three fail", "Three fail"))
    home.lose_an_answer()
    with pytest.raises(TryLater) as caught:
        await home.messenger.note(home.channel, posted, "#7 resolved", message("none fails", "Resolved"))
    assert caught.value.uncertain
    assert await home.messenger.find(home.channel, "#7 resolved") is not None


async def test_a_card_that_is_too_large_never_leaves(home: Home) -> None:
    with pytest.raises(Undeliverable) as caught:
        await home.messenger.post(home.channel, message("x" * 21_000, "Large"))
    assert not caught.value.gone
    assert home.standing(home.channel) == []


async def test_what_is_to_be_told_to_a_person_opens_their_chat_once_and_is_said_there(home: Home) -> None:
    for _ in range(2):
        with pytest.raises(Moved):
            await home.messenger.post(home.person, message("three fail", "Three fail"))
    (chat,) = home.opened()
    assert (chat.kind, chat.user_id, chat.unopened) == (ConversationKind.PERSONAL, home.person.user_id, "")
    assert home.standing(chat) == []
    await home.messenger.post(chat, message("three fail", "Three fail"))
    assert home.standing(chat) == [json.dumps(card("three fail"))]
