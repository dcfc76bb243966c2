"""Who had no chat with the bot is told in the chat that it opens: once, at the first attempt, and with no warning that it may be twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.model import PERSON, Conversation, ConversationKind, Posted
from bot.ports import Message, Moved, TryLater
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import BOB

SOUGHT = replace(place("Bob", ConversationKind.PERSONAL), id=f"{PERSON}{BOB.id}", user_id=BOB.id)
CHAT = replace(SOUGHT, id="a:bob")


class Opening(MemoryMessenger):
    """Opens a chat as the bot does: all that is owed moves there, and the loop, woken by that, looks before this one has ended."""

    def __init__(self) -> None:
        super().__init__(looks=False)
        self.room: Mailroom | None = None

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        if not conversation.unopened or self.room is None:
            return await super().post(conversation, message)
        if self.fails:
            raise self.fails.pop()
        async with self.room.store.begin() as tx:
            await tx.conversations.save(CHAT)
            await tx.conversations.move(conversation.id, CHAT.id)
        await self.room.deliverer.look()
        raise Moved("The chat with this person was opened")


@pytest.mark.parametrize(
    "fails",
    [[], [TryLater("Teams answered 503", uncertain=True)]],
    ids=["opened at once", "opened at the second attempt"],
)
async def test_what_waited_for_a_chat_to_be_opened_is_said_there_once_and_cannot_have_arrived_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fails: list[TryLater]
) -> None:
    teams, tries = Opening(), 1 + len(fails)
    teams.fails += fails
    async with mailroom(f"sqlite:///{tmp_path / 'bot.db'}", teams) as room:
        teams.room = room
        await room.open(SOUGHT)
        incident = await room.happens("Trouble", SOUGHT)
        await room.rest(minutes=1)
        async with room.store.look() as tx:
            assert [each.attempts for each in await tx.told.of(incident.number)] == [tries]
            assert await tx.outbox.behind() == 0
    assert len(teams.said[CHAT.id]) == 1
    assert "may arrive twice" not in caplog.text
