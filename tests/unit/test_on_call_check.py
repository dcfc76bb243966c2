"""What the check-up says of those who are on call: somebody who is not there, or cannot be reached, is a thing to mend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.checks.on_call import people_on_call
from bot.model import PERSON, ConversationKind, Diagnosis, Grade
from bot.model.held import Duty
from bot.model.routes import Arranged, OnCall
from bot.ports import SourceDown
from bot.routes import Routes, outside
from bot.settings import Settings
from tests.support.mailroom import place
from tests.support.make import ADA, BOB, NOON
from tests.support.patients import patient

EVE, NOBODY = "33333333-3333-4333-8333-333333333333", "00000000-0000-4000-8000-00000000dead"
BOBS = replace(place("Bob Reader", ConversationKind.PERSONAL), id="a:bob", user_id=BOB.id)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", durable=False)
    async with opened.begin() as tx:
        await tx.people.meet(ADA)
        await tx.conversations.save(BOBS)
    yield opened
    await opened.close()


class Directory:
    """Knows some people, and remembers who was asked for."""

    def __init__(self, **more: Any) -> None:
        self.names = {ADA.id: "Ada Admin", BOB.id: "Bob Reader", EVE: "Eve Outside"} | more
        self.asked, self.down = list[str](), False

    async def ask(self, who: str) -> str | None:
        self.asked.append(who)
        if self.down:
            raise SourceDown("Graph is away")
        return self.names.get(who)


async def found(store: Store, directory: Directory | None, *people: str) -> list[tuple[Grade, str]]:
    settings = Settings(_env_file=None, tenant_id=EVE, app_id=EVE, app_secret="s", operators=ADA.id)  # pyright: ignore[reportCallIssue, reportArgumentType]
    arranged = Arranged(oncall=OnCall(people=people) if people else None, file="routes.toml")
    looked_at = patient(
        store,
        lambda: NOON,
        settings=settings,
        routes=Routes(arranged),
        directory=directory.ask if directory else None,
    )
    some: list[Diagnosis] = [each async for each in people_on_call(looked_at)]
    return [(each.grade, each.text) for each in some]


async def test_an_id_that_nobody_has_is_named_with_where_to_mend_it_and_is_nobody_who_can_be_asked(
    store: Store,
) -> None:
    directory = Directory()
    assert await found(store, directory, ADA.id, NOBODY) == [
        (
            Grade.FAULT,
            f"{NOBODY} cannot be asked: nobody in the directory has this object id. "
            "Mend people of [oncall] in routes.toml.",
        ),
        (Grade.WELL, "1 person can be asked after 15 minutes."),
    ]
    assert directory.asked == [ADA.id, NOBODY], "and nobody else"


async def test_where_only_such_ids_are_on_call_nobody_can_be_asked(store: Store) -> None:
    assert [grade for grade, _ in await found(store, Directory(), NOBODY)] == [Grade.FAULT]


async def test_who_was_named_in_chat_is_replaced_there(store: Store) -> None:
    async with store.begin() as tx:
        await tx.wishes.put_on_call(Duty(people=(BOB,), set_by=ADA, set_at=NOON))
    directory = Directory()
    del directory.names[BOB.id]
    ((grade, said),) = await found(store, directory)
    assert grade is Grade.FAULT
    assert said.startswith(f"Bob Reader ({BOB.id}) cannot be asked: ")
    assert said.endswith("Name others in chat: oncall @Somebody, or oncall reset.")


async def test_a_chat_that_is_closed_to_the_bot_is_a_thing_to_mend_and_names_whose_it_is(store: Store) -> None:
    sought = outside(PERSON + EVE, "t")
    assert sought is not None
    async with store.begin() as tx:
        await tx.conversations.save(sought)
        await tx.conversations.close(BOBS.id, "The bot was blocked here.")
        await tx.conversations.close(sought.id, "The app is not installed for this person.")
    assert await found(store, Directory(), BOB.id, EVE, ADA.id) == [
        (
            Grade.FAULT,
            f"Bob Reader ({BOB.id}) cannot be reached: The bot was blocked here. Until then they are passed over.",
        ),
        (
            Grade.FAULT,
            f"Eve Outside ({EVE}) cannot be reached: The app is not installed for this person. "
            "Until then they are passed over.",
        ),
        (Grade.WELL, "1 person can be asked after 15 minutes."),
    ]


@pytest.mark.parametrize("told", ["down", "not allowed", "not asked"])
async def test_of_whom_the_directory_tells_nothing_it_is_not_said_that_they_are_missing(
    store: Store, told: str
) -> None:
    directory = Directory(**{NOBODY: ""})
    directory.down = told == "down"
    said = await found(store, None if told == "not asked" else directory, NOBODY)
    assert [grade for grade, _ in said] == [Grade.NOTE, Grade.WELL]
    assert said[0][1].startswith(f"{NOBODY} is no operator")


async def test_without_anybody_on_call_nobody_is_asked_for(store: Store) -> None:
    directory = Directory()
    assert await found(store, directory) == []
    assert directory.asked == []
