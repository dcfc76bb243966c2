"""`app.py migrate`: says what it does, does it, and moves all that is there from one kind of database to another."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from app import main
from bot import logs
from bot.adapters.store import Store
from bot.adapters.store.engine import home_of
from bot.adapters.store.migrate import upgrade
from bot.migrating import Checked, check, migrate, where
from bot.model import AuditEntry
from bot.ports import BadSettings
from tests.support.make import ADA, CHANNEL, NOON
from tests.support.postgres import Postgres
from tests.unit.test_migrations import on


def entry(words: str) -> AuditEntry:
    return AuditEntry(at=NOON, person=ADA, conversation_id="c", command="ack", words=words, outcome="done")


async def test_an_empty_database_gets_its_tables_and_that_is_said(database_url: str) -> None:
    assert await check(database_url) == Checked(
        said=f"The database is empty: its tables would be made, at revision {Store.revision}.", ready=False
    )
    assert await Store.revision_at(database_url) == ""
    assert "its tables are made" in await migrate(database_url)
    assert await migrate(database_url) == f"The database is up to date already, at revision {Store.revision}."
    assert await check(database_url) == Checked(
        said=f"The database is up to date, at revision {Store.revision}.", ready=True
    )


async def test_an_old_one_is_brought_up_to_date_and_from_where_is_said(database_url: str) -> None:
    await on(database_url, partial(upgrade, to="0003"))
    pending = await check(database_url)
    assert "is at revision 0003: it would be brought to" in pending.said
    assert not pending.ready
    assert await Store.revision_at(database_url) == "0003", "nothing was changed"
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
    would = await check(new, source=old)
    assert would == Checked(said="7 rows of 3 tables would be copied into an empty database.", ready=True)
    assert await Store.revision_at(new) == "", "nothing was made"
    assert (await migrate(new, source=old)).startswith("7 rows of 3 tables are copied.")
    moved = await Store.open(new)
    assert moved.mark == store.mark
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
    refused = await check(new, source=old)
    assert not refused.ready
    assert "holds something already" in refused.said


async def test_a_copy_of_an_older_database_says_that_it_is_brought_up_to_date_first(
    new_database: Callable[[], str],
) -> None:
    old, new = new_database(), new_database()
    await on(old, partial(upgrade, to="0003"))
    would = await check(new, source=old)
    assert would.ready
    assert would.said == (
        "0 rows of 0 tables would be copied into an empty database. "
        f"It is at revision 0003 and would be brought to {Store.revision} first."
    )
    assert await Store.revision_at(old) == "0003"


@pytest.mark.parametrize("newer", ["source", "target", "the only one"])
async def test_a_database_of_a_newer_syncwatch_is_refused_beforehand(
    new_database: Callable[[], str], newer: str
) -> None:
    known, ahead = new_database(), new_database()
    for url in (known, ahead):
        await (await Store.open(url)).close()
    store = Store(home_of(ahead, "later"))
    async with store.begin() as tx:
        await tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    pairs = {"source": (known, ahead), "target": (ahead, known), "the only one": (ahead, "")}
    target, source = pairs[newer]
    refused = await check(target, source=source)
    assert not refused.ready
    assert f"of {'--from' if newer == 'source' else 'DATABASE_URL'} is of a newer Syncwatch (9999" in refused.said


async def test_an_address_that_leads_nowhere_is_one_sentence() -> None:
    with pytest.raises(BadSettings, match="DATABASE_URL must be"):
        await migrate("mysql://x/y")
    with pytest.raises(BadSettings, match="cannot be opened"):
        await migrate("sqlite:////nowhere/at/all/bot.db")


async def test_a_source_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    missing, new = tmp_path / "typo.db", f"sqlite:///{tmp_path / 'new.db'}"
    for path in (missing, tmp_path / "no folder" / "typo.db"):
        with pytest.raises(BadSettings, match=r"names the SQLite file .*typo\.db, and there is no such file"):
            await migrate(new, source=f"sqlite:///{path}")
    for same in (new, f"sqlite:///{tmp_path}/./new.db"):
        with pytest.raises(BadSettings, match="itself"):
            await migrate(new, source=same)
    with pytest.raises(BadSettings, match="--from must be"):
        await migrate(new, source="mysql://x/y")
    for source in (f"sqlite:///{missing}", new, "mysql://x/y"):
        assert not (await check(new, source=source)).ready
    assert not missing.exists()
    assert not (tmp_path / "new.db").exists()


async def test_a_database_that_cannot_be_read_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear Sir or Madam, " * 100, "utf-8")
    for url in (
        "sqlite:////nowhere/at/all/bot.db",
        f"sqlite:///{tmp_path / 'letter.db'}",
        "postgresql://u:hidden@127.0.0.1:1/d",
    ):
        found = await check(url)
        assert not found.ready
        assert "The database of DATABASE_URL cannot be opened" in found.said
        assert "hidden" not in found.said


# --- Which database -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///syncwatch.db", f"the SQLite file {Path('syncwatch.db').resolve()}"),
        ("postgresql://bot:hidden@db.contoso.com/syncwatch", "the PostgreSQL database syncwatch on db.contoso.com"),
        ("postgres://bot:hi%40dden@db:5433/s?sslmode=require", "the PostgreSQL database s on db:5433"),
        ("postgresql:///s?host=/run/postgresql", "the PostgreSQL database s on /run/postgresql"),
        ("postgresql://bot:hid@den@db/s", "a PostgreSQL database"),
        ("postgresql://bot:hidden@db:port/s", "an address that is none"),
        ("mysql://bot:hidden@db/s", "an address that is none"),
        ("hidden", "an address that is none"),
    ],
)
def test_the_database_that_is_meant_is_named_without_its_password(url: str, said: str) -> None:
    assert where(url, default="sqlite:///other.db") == f"Database: {said}."


def test_it_is_said_where_the_default_is_meant_and_what_is_copied(tmp_path: Path) -> None:
    told = where("sqlite:///x.db", default="sqlite:///x.db", source="postgresql://bot:hidden@db/s")
    assert told.splitlines() == [
        f"Database: the SQLite file {Path('x.db').resolve()} (the default of DATABASE_URL).",
        "Copied from: the PostgreSQL database s on db.",
    ]


def test_the_command_names_the_database_first_and_tells_scripts_how_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(logs, "start", str)  # nothing: it is for a process of its own, and tests after this one log
    codes = [main(words) for words in (["migrate", "--check"], ["migrate"], ["migrate", "--check"])]
    assert codes == [1, 0, 0]
    told = capsys.readouterr().out.splitlines()
    assert (
        told[::2]
        == [f"Database: the SQLite file {(tmp_path / 'syncwatch.db').resolve()} (the default of DATABASE_URL)."] * 3
    )
    assert main(["migrate", "--check", "--from", f"sqlite:///{tmp_path / 'missing.db'}"]) == 1
    assert main(["migrate", "--from", f"sqlite:///{tmp_path / 'missing.db'}"]) == 2
    assert not (tmp_path / "missing.db").exists()


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
