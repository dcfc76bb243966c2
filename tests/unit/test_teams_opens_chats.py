"""The bot speaks first: the chat with a person is opened once, at the tenant's address, with the app installed if need be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.model import PERSON, Conversation, ConversationKind
from bot.ports import Message, Moved, Refusal, SourceDown, TryLater, Undeliverable
from tests.support.teams_stage import ADA, APP, CARD, CHANNEL, TENANT, Scripted, Stage

SOUGHT = Conversation(
    id=f"{PERSON}{ADA}", tenant_id=TENANT, service_url="", kind=ConversationKind.PERSONAL, name="Ada", user_id=ADA
)
HELLO = Message(card=CARD, summary="Hello")
OPENED = Scripted(201, {"id": "a:ada"})
NOT_INSTALLED = Scripted(403, {"error": {"code": "ForbiddenOperationException"}})
BLOCKED = Scripted(403, {"error": {"code": "BotDisabledByAdmin"}})


class Graph:
    """Installs the app, or raises what it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.new = True
        self.error: Exception | None = None

    async def install(self, user_id: str) -> bool:
        self.asked.append(user_id)
        if self.error is not None:
            raise self.error
        return self.new


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def entered(stack: AsyncExitStack, graph: Graph | None = None) -> Stage:
    stage = Stage()

    async def address() -> str:
        return stage.url

    return await stage.enter(stack, address=address, install=graph.install if graph else None)


async def open_chat(stage: Stage, sought: Conversation = SOUGHT) -> None:
    """The first thing that is to be said to somebody opens their chat, and is said to the chat itself later."""
    with pytest.raises(Moved):
        await stage.teams.post(sought, HELLO)


async def test_the_chat_is_opened_by_the_persons_id_and_told_to_the_listener(stack: AsyncExitStack) -> None:
    stage = await entered(stack)
    stage.script.append(OPENED)
    await open_chat(stage)
    (call,) = stage.calls
    assert (call.method, call.path) == ("POST", "conversations")
    assert call.body == {
        "isGroup": False,
        "tenantId": TENANT,
        "bot": {"id": f"28:{APP}"},
        "members": [{"id": ADA}],
        "channelData": {"tenant": {"id": TENANT}},
    }
    ((chat, installed),) = stage.ear.joins
    assert (chat.id, chat.user_id, chat.name, installed) == ("a:ada", ADA, "Ada", False)
    assert (chat.kind, chat.service_url, chat.bot_id) == (ConversationKind.PERSONAL, stage.url, f"28:{APP}")


async def test_two_who_ask_at_the_same_time_open_one_chat(stack: AsyncExitStack) -> None:
    stage = await entered(stack)
    stage.script += [OPENED, Scripted(201, {"id": "a:another"})]
    await asyncio.gather(*(open_chat(stage) for _ in range(5)))
    assert len(stage.calls) == 1
    assert {chat.id for chat, _ in stage.ear.joins} == {"a:ada"}


@pytest.mark.parametrize(
    "lost",
    [Scripted(drop=True), Scripted(503, b""), Scripted(201, b"no json"), Scripted(201, {"id": None})],
    ids=["dropped", "503", "garbage", "without an id"],
)
async def test_a_lost_answer_is_harmless_because_teams_gives_the_same_chat_again(
    stack: AsyncExitStack, lost: Scripted
) -> None:
    stage = await entered(stack)
    stage.script += [lost, OPENED]
    with pytest.raises(TryLater) as caught:
        await stage.teams.post(SOUGHT, HELLO)
    assert not caught.value.uncertain
    await open_chat(stage)


async def test_where_the_bot_hears_from_the_tenant_it_speaks_to_people_too(stack: AsyncExitStack) -> None:
    stage = Stage()
    await stage.enter(stack)
    stage.script.append(Scripted(201, {"id": "a-1"}))
    await stage.send(stage.activity())
    stage.script.append(OPENED)
    await open_chat(stage)


async def test_without_the_app_and_leave_to_install_it_the_person_is_not_told(stack: AsyncExitStack) -> None:
    stage = await entered(stack)
    stage.script.append(NOT_INSTALLED)
    with pytest.raises(Undeliverable, match="The app is not installed for this person") as caught:
        await stage.teams.post(SOUGHT, HELLO)
    assert caught.value.gone
    assert stage.ear.joins == []


@pytest.mark.parametrize("code", ["ForbiddenOperationException", "BotNotInConversationRoster"])
async def test_the_app_is_installed_and_the_chat_opened(stack: AsyncExitStack, code: str) -> None:
    stage = await entered(stack, graph := Graph())
    stage.script += [Scripted(403, {"error": {"code": code}}), OPENED]
    await open_chat(stage)
    assert graph.asked == [ADA]
    assert stage.ear.joins[0][0].id == "a:ada"


async def test_a_new_installation_is_given_time_to_be_known_and_an_old_one_is_not(stack: AsyncExitStack) -> None:
    stage = await entered(stack, graph := Graph())
    stage.script += [NOT_INSTALLED] * 4
    with pytest.raises(TryLater) as caught:
        await stage.teams.post(SOUGHT, HELLO)
    assert caught.value.after == 10
    graph.new = False
    with pytest.raises(Undeliverable) as final:
        await stage.teams.post(SOUGHT, HELLO)
    assert final.value.gone


async def test_who_blocked_the_bot_gets_no_new_installation(stack: AsyncExitStack) -> None:
    stage = await entered(stack, graph := Graph())
    stage.script.append(BLOCKED)
    with pytest.raises(Undeliverable, match="An administrator has blocked the app"):
        await stage.teams.post(SOUGHT, HELLO)
    assert graph.asked == []


async def test_what_graph_refuses_is_said_and_what_it_cannot_do_now_is_tried_later(stack: AsyncExitStack) -> None:
    stage = await entered(stack, graph := Graph())
    stage.script += [NOT_INSTALLED] * 2
    graph.error = Refusal("Graph does not let the bot install it (403 Forbidden).")
    with pytest.raises(Undeliverable, match=r"cannot be: Graph does not let the bot install it \(403") as caught:
        await stage.teams.post(SOUGHT, HELLO)
    assert caught.value.gone
    graph.error = SourceDown("Microsoft Graph asks for fewer calls (429).", 7)
    with pytest.raises(TryLater, match="fewer calls") as later:
        await stage.teams.post(SOUGHT, HELLO)
    assert later.value.after == 7


@pytest.mark.parametrize("who", ["", "ada@contoso.com", "../../teams", CHANNEL])
async def test_only_an_object_id_names_a_person(stack: AsyncExitStack, who: str) -> None:
    stage = await entered(stack)
    sought = Conversation(id=f"{PERSON}{who}", tenant_id=TENANT, service_url="", kind=ConversationKind.PERSONAL)
    with pytest.raises(Undeliverable, match="is not the Entra object id of a person"):
        await stage.teams.post(sought, HELLO)
    assert stage.calls == []
