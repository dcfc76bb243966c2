"""The check-up in chat: what asks for somebody stands in full, what is well in a line, until it is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.model import Diagnosis, Grade
from tests.support.make import job
from tests.support.talk import Talk, buttons, shown

WELL = tuple(Diagnosis(topic=f"Permission {n}", grade=Grade.WELL, text=f"Granted under {n}.") for n in range(28))
MEND = Diagnosis(topic="Clock", grade=Grade.FAULT, text="It is wrong by 4 min.")
HEED = Diagnosis(topic="Routes", grade=Grade.NOTE, text="Nobody watches: write `watch` in a chat.")
ALSO = Diagnosis(topic="Routes", grade=Grade.WELL, text="The file can be read.")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    yield store
    await store.close()


def talk_of(store: Store, *found: Diagnosis) -> Talk:
    async def examine() -> Sequence[Diagnosis]:
        return found

    return Talk(store, [job()], examine=examine)


async def test_what_is_to_be_mended_and_noted_is_in_full_and_what_is_well_is_a_line(store: Store) -> None:
    answer = await talk_of(store, *WELL, HEED, ALSO, MEND).say("doctor")
    said = shown(answer)
    assert "I looked at 31 things: 1 is to be mended, 1 is to be noted, 29 are well." in said
    assert said.index("It is wrong by 4 min.") < said.index("Nobody watches") < said.index("Well:  Permission 0, ")
    assert said.index("I looked at 31 things") < said.index("It is wrong by 4 min.")
    assert "Permission 27." in said
    assert "Granted under" not in said
    assert "Well:  Routes" not in said
    assert said.count("Routes") == 1, "what is to be noted is not called well"


async def test_what_is_well_is_shown_in_full_where_it_is_asked_for(store: Store) -> None:
    talk = talk_of(store, *WELL, MEND, ALSO)
    answer = await talk.press(*buttons(await talk.say("doctor"))["Show what is well"])
    assert "Granted under 27." in shown(answer)
    assert "The file can be read." in shown(answer)
    assert not buttons(answer)


async def test_where_all_is_well_it_is_said_in_two_lines(store: Store) -> None:
    said = shown(await talk_of(store, *WELL).say("doctor"))
    assert "I have what I need I looked at 28 things: 28 are well. Well:  Permission 0, " in said
    assert "What was found" not in said
