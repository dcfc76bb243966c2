"""Routes in the store, on each kind of database; and what older databases make of those who watched."""

from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text

from bot.adapters.store import Store
from bot.adapters.store.engine import home_of
from bot.adapters.store.migrate import upgrade
from bot.model import PERSON, ConversationKind, Severity, TimelineEntry, Told
from bot.model.routes import JobKind, Matchers, Route
from tests.support.make import ADA, CHANNEL, NOON

FULL = Matchers(
    jobs=("Workday*", "j1"),
    kinds=(JobKind.HR,),
    rules=("quarantine",),
    severity=Severity.HIGH,
    owners=(ADA.id,),
    personas=("GRC",),
)


async def test_a_route_comes_back_as_it_was_kept_and_equal_ones_are_one(database_url: str) -> None:
    store = await Store.open(database_url)
    async with store.begin() as tx:
        first = await tx.routes.add(Route(to="a", matchers=FULL, mention=("x",), made_by=ADA, made_at=NOON))
        again = await tx.routes.add(Route(to="a", matchers=FULL))
        other = await tx.routes.add(Route(to="b", matchers=FULL))
        await tx.routes.remove(other.number)
        following = await tx.routes.add(Route(to="c"))
    async with store.look() as tx:
        assert await tx.routes.all() == [first, following]
        assert await tx.routes.of("c") == [following]
    assert first == again
    assert replace(first, number=0) == Route(
        to="a", matchers=FULL, mention=("x",), made_by=replace(ADA, mri=""), made_at=NOON
    )
    assert following.number > other.number > first.number
    await store.close()


async def test_what_led_to_a_person_leads_to_their_chat_once_it_is_open(database_url: str) -> None:
    store = await Store.open(database_url)
    sought, chat = (replace(CHANNEL, id=each, kind=ConversationKind.PERSONAL) for each in (f"{PERSON}x", "a:x"))
    async with store.begin() as tx:
        for place in (sought, chat):
            await tx.conversations.save(place)
        for to, wanted in ((sought.id, FULL), (sought.id, Matchers()), (chat.id, Matchers())):
            await tx.routes.add(Route(to=to, matchers=wanted))
        await tx.conversations.move(sought.id, chat.id)
    async with store.look() as tx:
        assert {(each.to, each.matchers) for each in await tx.routes.all()} == {(chat.id, FULL), (chat.id, Matchers())}
    await store.close()


async def test_steps_say_what_they_told_and_older_ones_that_this_is_not_known(database_url: str) -> None:
    store = await Store.open(database_url)
    steps = [
        TimelineEntry(at=NOON, kind="opened", told=Told(card=True, severity=Severity.HIGH)),
        TimelineEntry(at=NOON, kind="resolved", told=Told(note=True)),
        TimelineEntry(at=NOON, kind="acted"),
    ]
    async with store.begin() as tx:
        for step in steps:
            await tx.timeline.add(7, step)
        await tx.connection.execute(
            text("INSERT INTO timeline (incident, at, kind, by, text) VALUES (7, 0, 'old', '', '')")
        )
    async with store.look() as tx:
        found = (await tx.timeline.since(NOON))[7]
    assert found[:3] == steps
    assert [(each.kind, each.told) for each in found[3:]] == [("old", None)]
    await store.close()


@pytest.mark.parametrize("watched", [True, False])
async def test_whoever_watched_has_a_route_for_everything(database_url: str, watched: bool) -> None:
    def as_it_was(connection: Connection) -> None:
        upgrade(connection, to="0006")
        row: dict[str, Any] = {"id": CHANNEL.id, "watching": watched, "body": msgspec.msgpack.encode(CHANNEL)}
        connection.execute(text("INSERT INTO conversations VALUES (:id, true, :watching, :body)"), row)

    engine = home_of(database_url, "test").engine
    async with engine.begin() as connection:
        await connection.run_sync(partial(as_it_was))
    await engine.dispose()
    store = await Store.open(database_url)
    async with store.look() as tx:
        found = await tx.routes.all()
        assert [(each.to, each.matchers, each.made_by) for each in found] == [(CHANNEL.id, Matchers(), None)] * watched
        assert [each.id for each in await tx.conversations.watching()] == [CHANNEL.id] * watched
    await store.close()
