"""Somebody installs the app: they are greeted and hear of everything, unless the bot has sought them out or routes lead there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from bot.acquaintances import Acquaintances
from bot.model import PERSON, ConversationKind
from bot.model.routes import Arranged, OnCall, Route, RouteSource
from bot.routes import Routes
from tests.support.mailroom import Mailroom, mailroom, place
from tests.support.make import BOB

CHAT = replace(place("bob", ConversationKind.PERSONAL), id="a:bob", user_id=BOB.id)
SOUGHT = f"{PERSON}{BOB.id}"
BY_THE_FILE = Route(to=SOUGHT, source=RouteSource.SETTINGS, number=1)


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Mailroom]:
    async with mailroom(database_url) as made:
        yield made


async def arranged(room: Mailroom, *led: Route) -> Acquaintances:
    """The file of ROUTES has Bob on call, and the bot has started with it."""
    routes = Routes(Arranged(oncall=OnCall(people=(BOB.id,)), routes=led))
    async with room.store.begin() as tx:
        await routes.settle(tx, room.now())
    return Acquaintances(room.store, now=room.now, changed=lambda: None, watch_on_install=True, routes=routes)


async def led_here(room: Mailroom) -> int:
    async with room.store.look() as tx:
        return len(await tx.routes.of(CHAT.id))


async def test_who_is_on_call_by_the_file_and_was_told_nothing_yet_is_greeted_and_hears_of_everything(
    room: Mailroom,
) -> None:
    known = await arranged(room)
    assert await known.installed(CHAT) is not None
    assert await led_here(room) == 1
    async with room.store.look() as tx:
        assert await tx.conversations.get(SOUGHT) is None


async def test_whom_the_bot_is_about_to_tell_something_is_not_greeted(room: Mailroom) -> None:
    known = await arranged(room)
    await room.happens("Trouble", replace(CHAT, id=SOUGHT))
    assert await known.installed(CHAT) is None
    assert await led_here(room) == 0
    assert await known.installed(CHAT) is None


async def test_who_could_not_be_told_without_the_app_is_greeted_once_they_install_it(room: Mailroom) -> None:
    known = await arranged(room)
    await room.happens("Trouble", replace(CHAT, id=SOUGHT))
    async with room.store.begin() as tx:
        await tx.conversations.close(SOUGHT, "The app is not installed")
    assert await known.installed(CHAT) is not None
    assert await led_here(room) == 1


async def test_where_a_route_of_the_file_leads_there_is_a_greeting_and_no_other_route(room: Mailroom) -> None:
    known = await arranged(room, BY_THE_FILE)
    assert await known.installed(CHAT) is not None
    assert await led_here(room) == 0
