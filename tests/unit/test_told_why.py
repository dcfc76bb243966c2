"""Why somebody was told, also where nothing arrives any more; and what is not told at all is not said to be."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from prometheus_client.samples import Sample

from bot.incidents import moved
from bot.metered import MeteredReceiver
from bot.metrics import Metrics
from bot.model import Asked, Conversation, ConversationKind, Posted, TimelineEntry, Waiting
from bot.model.held import Duty
from bot.ports import Message, NotTaken, TryLater
from tests.support.fakes import MemoryMessenger
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import BOB
from tests.support.talk import Talk, shown

ONE, OTHER = place("one"), place("other")
BOBS = replace(place("Bob Reader", ConversationKind.PERSONAL), id="a:bob", user_id=BOB.id)


class Noteless(MemoryMessenger):
    """Has no place for notes."""

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        raise NotTaken


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    async with mailroom(database_url) as opened:
        await opened.open(ONE, OTHER)
        yield opened


def messenger(room: Mailroom) -> MemoryMessenger:
    assert isinstance(room.receiver, MemoryMessenger)
    return room.receiver


def counted(metrics: Metrics) -> list[Sample]:
    """What became of what was sent, as far as there was any."""
    (family,) = metrics.deliveries.collect()
    return [each for each in family.samples if each.value and each.name.endswith("_total")]


async def told(room: Mailroom) -> str:
    return shown(await Talk(room.store, [], now=room.now).say("who was told 1"))


async def test_a_note_that_its_receiver_takes_none_of_is_not_told_as_delivered(room: Mailroom) -> None:
    metrics = Metrics()
    room.receiver = MeteredReceiver(Noteless(), metrics)
    await room.happens("Trouble", ONE, notes=["Ada has it"])
    await room.rest(minutes=1)
    said = await told(room)
    assert "12:00 UTC: The card was delivered." in said
    assert "note" not in said
    assert [each.labels["outcome"] for each in counted(metrics)] == ["sent"]


async def test_a_route_is_the_reason_also_where_nothing_arrives(room: Mailroom) -> None:
    messenger(room).closed.add(OTHER.id)
    await room.happens("Trouble", ONE, OTHER)
    await room.rest(minutes=1)
    assert "other Route 2 (every incident)" in await told(room)


async def test_who_was_asked_being_on_call_was_told_because_of_it_also_once_it_is_taken(room: Mailroom) -> None:
    async with room.store.begin() as tx:
        await tx.conversations.save(BOBS)
        await tx.wishes.put_on_call(Duty(people=(BOB,)))
    incident = await room.happens("Trouble", ONE, BOBS)
    await room.rest(minutes=1)
    assert "Bob Reader's chat No route of today leads there" in await told(room), "he was asked nothing yet"
    async with room.store.begin() as tx:
        await tx.timeline.add(incident.number, TimelineEntry(at=room.now(), kind="escalated", text="to Bob Reader"))
    assert "Bob Reader's chat On call" in await told(room)
    async with room.store.begin() as tx:
        await tx.wishes.put_on_call(None)
        waiting = Waiting(since=room.now(), asked=(Asked(person=BOB, at=room.now()),))
        await tx.incidents.save(moved(incident, room.now(), waiting=waiting))
    assert "Bob Reader's chat On call" in await told(room)


async def test_what_the_log_says_of_a_report_names_no_incident(
    room: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    messenger(room).fails = [TryLater("Teams cannot be reached")] * 2
    async with room.store.begin() as tx:
        await tx.outbox.add_post(ONE.id, "digest/1", {"type": "AdaptiveCard", "body": []}, "Report", "mark-1")
    await room.rest()
    await room.happens("Trouble", OTHER)
    await room.rest()
    put_off = [each for each in caplog.records if each.message.startswith("delivery put off")]
    assert [getattr(each, "incident", None) for each in put_off] == [None, 1]
