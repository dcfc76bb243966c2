"""Looking whether a message arrived: only the bot's own count, in channels, their threads and chats."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.graph.messages import GraphMessages
from bot.model import Conversation, ConversationKind, Posted
from bot.ports import CannotLook, SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import make_tenant

CHAT = Conversation(id="19:chat@thread.v2", tenant_id="t", service_url="s", kind=ConversationKind.GROUP)


class Channel:
    """A channel of the sandbox's team, in which messages can be left."""

    def __init__(self, box: Sandbox, messages: GraphMessages) -> None:
        self.box, self.find = box, messages.find
        team = box.tenant.team
        self.conversation = Conversation(
            id=team["channels"][0]["id"], tenant_id="t", service_url="s", team_group_id=team["groupId"]
        )

    def leave(self, message_id: str, *, thread: str = "", where: str = "", by: str = "", **activity: Any) -> None:
        if by:
            activity["from"] = {"aadObjectId": by, "name": by}
        messages = self.box.tenant.messages.setdefault(where or self.conversation.id, [])
        at = self.box.tenant.clock() + timedelta(seconds=len(messages))
        messages.append({"id": message_id, "thread": thread, "activity": activity, "at": at})


def card(marker: str) -> list[dict[str, Any]]:
    content = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": f"Incident {marker}"}]}
    return [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}]


@pytest.fixture
async def channel() -> AsyncIterator[Channel]:
    tenant, _ = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box) as client:
        yield Channel(box, GraphMessages(client, app_id=tenant.app_id.upper()))


async def test_a_card_is_found_by_its_marker_with_the_thread_to_reply_in(channel: Channel) -> None:
    channel.leave("1", attachments=card("m-1"))
    channel.leave("2", attachments=card("m-2"))
    found = await channel.find(channel.conversation, "m-1")
    assert found == Posted(activity_id="1", thread_id=f"{channel.conversation.id};messageid=1")
    assert await channel.find(channel.conversation, "m-3") is None


async def test_of_two_the_newest_is_found(channel: Channel) -> None:
    channel.leave("1", attachments=card("m-1"))
    channel.leave("2", attachments=card("m-1"))
    found = await channel.find(channel.conversation, "m-1")
    assert found is not None
    assert found.activity_id == "2"


async def test_somebody_elses_message_is_not_the_bots_whatever_it_holds(channel: Channel) -> None:
    channel.leave("1", attachments=card("m-1"), by="Mallory")
    assert await channel.find(channel.conversation, "m-1") is None


async def test_a_note_in_a_thread_is_found_with_the_threads_id(channel: Channel) -> None:
    channel.leave("1", attachments=card("m-1"))
    channel.leave("2", thread="1", text="Resolved <m-9>")
    found = await channel.find(channel.conversation, "<m-9>")
    assert found == Posted(activity_id="2", thread_id=f"{channel.conversation.id};messageid=1")


async def test_older_pages_are_read_but_not_for_ever(channel: Channel) -> None:
    for number in range(400):
        channel.leave(str(number), attachments=card(f"m-{number:03}"))
    assert await channel.find(channel.conversation, "m-280") is not None
    assert await channel.find(channel.conversation, "m-001") is None
    assert channel.box.faults.count("graph") < 30


async def test_a_chat_has_no_threads(channel: Channel) -> None:
    channel.leave("1", where=CHAT.id, attachments=card("m-1"))
    assert await channel.find(CHAT, "m-1") == Posted(activity_id="1", thread_id=CHAT.id)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_may_not_be_looked_at_is_said(channel: Channel, status: int) -> None:
    channel.box.faults.add(Fault(area="graph", kind="status", status=status))
    with pytest.raises(CannotLook, match=r"ChannelMessage\.Read\.All"):
        await channel.find(channel.conversation, "m-1")


async def test_what_cannot_be_looked_at_is_said(channel: Channel) -> None:
    personal = Conversation(id="a:1", tenant_id="t", service_url="s", kind=ConversationKind.PERSONAL)
    nameless = Conversation(id="19:x@thread.tacv2", tenant_id="t", service_url="s")
    for conversation in (personal, nameless):
        with pytest.raises(CannotLook):
            await channel.find(conversation, "m-1")
    assert channel.box.faults.count("graph") == 0


async def test_a_fault_of_graph_is_not_an_answer(channel: Channel) -> None:
    channel.box.faults.add(Fault(area="graph", kind="status", status=503))
    with pytest.raises(SourceDown):
        await channel.find(channel.conversation, "m-1")
