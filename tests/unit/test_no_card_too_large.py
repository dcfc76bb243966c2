"""Whatever a rule found: the card goes out, and what it has no room for can be asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.adapters.teams import outgoing
from bot.model import Person
from bot.present import incident_card
from cards import sample
from cards.elements import LARGEST, size
from cards.incident_rows import rows_of
from tests.support.card_samples_of_time import overfull
from tests.support.make import job
from tests.support.talk import Talk, buttons, shown, texts


@settings(max_examples=30)
@given(columns=st.integers(1, 400), rows=st.integers(0, 90), facts=st.integers(0, 80), page=st.integers(1, 12))
def test_no_card_of_an_incident_is_larger_than_teams_takes(columns: int, rows: int, facts: int, page: int) -> None:
    found = overfull(columns, rows, facts)
    for card in (incident_card(found, sample.NOW), rows_of(found, page)):
        assert size(card) <= LARGEST
        assert outgoing.card(card, "x")


def test_a_card_that_was_cut_says_how_the_rest_is_seen() -> None:
    said = " ".join(texts(incident_card(overfull(6, 200), sample.NOW)))
    assert "more are left out: a card holds no more. Write incident 43 --page 1 to see them." in said
    assert "write incident 43 --page 1" in " ".join(texts(incident_card(overfull(600, 3), sample.NOW)))


def test_every_row_is_on_some_page() -> None:
    found = overfull(3, 45)
    pages = [" ".join(texts(rows_of(found, page))) for page in range(1, 6)]
    assert all(any(f"value 0 of row {row} " in page for page in pages) for row in range(45))
    assert "Page 5 of 5: 45 rows, and 1,234 more in the log." in pages[-1]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield Talk(store, [job()])
    await store.close()


async def test_the_pages_are_turned_in_chat(talk: Talk) -> None:
    async with talk.store.begin() as tx:
        saved = await tx.incidents.save(replace(overfull(3, 45), number=0))
    answer = await talk.say(f"incident {saved.number} --page 2")
    assert "Page 2 of 5" in shown(answer)
    assert buttons(answer)["More"] == ("incident", f"{saved.number} --page 3")
    beyond = await talk.say(f"incident {saved.number} --page 99")
    assert "There are only 5 pages. Page 5 of 5: 45 rows" in shown(beyond)
    assert "More" not in buttons(beyond)


# --- Notes that call somebody ------------------------------------------------------------------------------------------


def test_a_note_calls_whom_it_names_by_their_teams_id_and_is_plain_otherwise() -> None:
    bob = Person(id="b", name="Bob <b>&</b>", mri="29:bob")
    name = "Bob ＜b＞＆＜/b＞"
    sent = outgoing.text(f"{name} is on call. 1 < 2", bob).decode()
    assert f'"text":"<at>{name}</at> is on call. 1 &lt; 2","textFormat":"xml"' in sent
    assert f'"mentioned":{{"id":"29:bob","name":"{name}"}}' in sent
    for other in (None, Person(id="b", name="Bob"), Person(id="c", name="Eve", mri="29:eve")):
        assert '"textFormat":"plain"' in outgoing.text(f"{name} is on call.", other).decode()
