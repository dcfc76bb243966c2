"""`app.py migrate`: says what it does, does it, and moves all that is there from one kind of database to another."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.migrating import migrate
from bot.model import AuditEntry
from bot.ports import BadSettings
from tests.support.make import ADA, CHANNEL, NOON
from tests.support.postgres import Postgres
from tests.unit.test_migrations import on


def entry(words: str) -> AuditEntry:
    return AuditEntry(at=NOON, person=ADA, conversation_id="c", command="ack", words=words, outcome="done")


async def test_an_empty_database_gets_its_tables_and_that_is_said(database_url: str) -> None:
    assert await migrate(database_url, check=True) == (
        f"The database is empty: its tables would be made, at revision {Store.revision}."
    )
    assert await Store.revision_at(database_url) == ""
    assert "its tables are made" in await migrate(database_url)
    assert await migrate(database_url) == f"The database is up to date already, at revision {Store.revision}."


async def test_an_old_one_is_brought_up_to_date_and_from_where_is_said(database_url: str) -> None:
    await on(database_url, partial(upgrade, to="0003"))
    assert "is at revision 0003: it would be brought to" in await migrate(database_url, check=True)
    assert f"from revision 0003 to {Store.revision}" in await migrate(database_url)


@pytest.fixture
def on_postgresql(postgres_server: Postgres) -> str:
    return postgres_server.new()


@pytest.fixture
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('old') / 'bot.db'}"


@pytest.mark.parametrize("direction", ["to PostgreSQL", "to SQLite"])
async def test_everything_moves_to_another_kind_of_database_and_goes_on_there(
    direction: str, on_sqlite: str, on_postgresql: str
) -> None:
    old, new = (on_sqlite, on_postgresql) if direction == "to PostgreSQL" else (on_postgresql, on_sqlite)
    store = await Store.open(old)
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        for number in range(3):
            await tx.people.record(entry(f"{number}"))
            await tx.outbox.add_post(CHANNEL.id, f"k{number}", {"type": "AdaptiveCard"}, "Hello", f"m{number}")
    await store.close()
    assert "are copied" in await migrate(new, source=old)
    moved = await Store.open(new)
    async with moved.begin() as tx:
        assert len(await tx.outbox.due(NOON)) == 3
        assert await tx.conversations.get(CHANNEL.id) == CHANNEL
        await tx.outbox.add_post(CHANNEL.id, "k9", {"type": "AdaptiveCard"}, "Hello", "m9")
        assert len({each.id for each in await tx.outbox.due(NOON)}) == 4
    await moved.close()


async def test_what_holds_something_is_not_written_over(new_database: Callable[[], str]) -> None:
    old, new = new_database(), new_database()
    await (await Store.open(old)).close()
    store = await Store.open(new)
    async with store.begin() as tx:
        await tx.people.record(entry("first"))
    await store.close()
    with pytest.raises(BadSettings, match="holds something already"):
        await migrate(new, source=old)


async def test_an_address_that_leads_nowhere_is_one_sentence() -> None:
    with pytest.raises(BadSettings, match="DATABASE_URL must be"):
        await migrate("mysql://x/y")
    with pytest.raises(BadSettings, match="cannot be opened"):
        await migrate("sqlite:////nowhere/at/all/bot.db")


async def test_a_source_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    missing, new = tmp_path / "typo.db", f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(BadSettings, match="nothing to copy"):
        await migrate(new, source=f"sqlite:///{missing}")
    with pytest.raises(BadSettings, match="itself"):
        await migrate(new, source=new)
    with pytest.raises(BadSettings, match="--from must be"):
        await migrate(new, source="mysql://x/y")
    assert not missing.exists()
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hidden@h:abc/d", "is no address"),
        ("postgresql://u:hidden@h/d?sslmode=maybe", "sslmode of DATABASE_URL must be"),
        ("postgresql://u:hidden@h/d?connect_timeout=3", "not known here: connect_timeout"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
async def test_an_address_that_cannot_be_is_one_sentence_without_its_password(url: str, said: str) -> None:
    with pytest.raises(BadSettings, match=said) as caught:
        await Store.open(url)
    assert "hidden" not in str(caught.value)


async def test_the_usual_word_for_encryption_is_understood(postgres_server: Postgres) -> None:
    await (await Store.open(f"{postgres_server.new()}&sslmode=prefer")).close()
