"""The check-up from the command line: whichever setting is wrong, that is told, and the rest is looked at all the same."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.doctor import checks
from bot.examining import BEHIND, VITAL, examined
from bot.model import Alert, ConversationKind, Diagnosis, Evidence, Grade, Incident, Severity
from bot.model.routes import Route
from bot.settings import Settings, read
from tests.support.make import CHANNEL, NOON
from tests.unit.test_migrations import on

ID = "0a0a0a0a-0000-4000-8000-000000000001"
NOWHERE = "https://127.0.0.1:1"
GOOD = {
    "tenant_id": ID,
    "app_id": ID,
    "app_secret": "a-secret",
    "graph_url": f"{NOWHERE}/v1.0",
    "login_url": NOWHERE,
    "logs_url": NOWHERE,
    "teams_url": NOWHERE,
    "bot_openid_url": f"{NOWHERE}/keys",
    "workspace_id": ID,
    "sources": "graph log_analytics",
    "audits": "log_analytics",
    "smtp_host": "127.0.0.1",
    "smtp_port": "1",
    "smtp_from": "Syncwatch <syncwatch@contoso.com>",
    "smtp_username": "syncwatch",
    "smtp_password": "another-secret",
    "alerts_audience": ID,
    "heartbeat_url": f"{NOWHERE}/beat",
    "archive_file": "logs.duckdb",
    "routes": "routes.toml",
    "proactive_install": "auto",
}
"""Nothing is wrong with it by its form, nearly everything that there is is switched on, and nobody answers."""

ODD = "\x01 odd"
"""What hardly any setting can be."""

SWITCHED_ON = [name for name in GOOD if name not in VITAL]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name.upper(), value)
    Path("routes.toml").write_text('[fallback]\nto = "mailto:iam@contoso.com"\n', "utf-8")
    return tmp_path.resolve()


async def found(**settings: str) -> list[Diagnosis]:
    """What the check-up finds where these settings are otherwise; it is seen to go to its end, and to tell each mistake."""
    with pytest.MonkeyPatch.context() as given:
        for name, value in settings.items():
            given.setenv(name.upper(), value)
        told = await examined(known := read(None))
    texts = [each.text for each in told]
    assert {each.text for each in known.mistakes} <= set(texts)
    assert "Sign-in" in {each.topic for each in told}
    assert not [each for each in texts if "could not be checked" in each]
    return list(told)


def texts(told: list[Diagnosis], topic: str) -> list[str]:
    return [each.text for each in told if each.topic == topic]


# --- Settings that are wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SWITCHED_ON)
async def test_a_setting_that_is_odd_or_missing_keeps_nothing_else_from_being_looked_at(
    name: str, folder: Path
) -> None:
    await found(**{name: ODD})
    await found(**{name: ""})
    assert os.listdir(folder) == ["routes.toml"]


async def test_many_settings_may_be_odd_at_once(folder: Path) -> None:
    odd = dict.fromkeys(Settings.model_fields.keys() - VITAL, ODD)
    told = await found(**odd)
    assert len(texts(told, "Settings")) > len(odd) * 3 / 4
    assert os.listdir(folder) == ["routes.toml"]


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        ("", "SMTP_FROM is wrong (SMTP_HOST and SMTP_FROM are set both or neither): "),
        ("nobody", "SMTP_FROM is wrong (it must be like iam@contoso.com): "),
    ],
)
async def test_without_a_sender_no_mail_server_is_asked_and_nothing_more_is_said_of_mail(sender: str, why: str) -> None:
    told = await found(smtp_from=sender)
    (mistake,) = texts(told, "Settings")
    assert mistake.startswith(why)
    assert texts(told, "Mail") == []


def test_what_nothing_can_be_said_of_is_a_check_and_hangs_on_settings() -> None:
    assert set(BEHIND) <= {each.topic for each in checks()}
    assert frozenset().union(*BEHIND.values()) <= set(Settings.model_fields)


# --- The database -------------------------------------------------------------------------------------------------------


async def test_a_database_that_is_not_there_is_not_made_and_that_is_no_fault(folder: Path) -> None:
    (only,) = [each for each in await found() if each.topic == "Database"]
    named = f"This is the SQLite file {folder / 'syncwatch.db'}, the default of DATABASE_URL."
    assert only.text == f"It is not there yet; `app.py serve` makes it. {named}"
    assert only.grade is Grade.NOTE
    assert os.listdir(folder) == ["routes.toml"]


async def test_a_database_without_tables_gets_none(folder: Path) -> None:
    (folder / "empty.db").touch()
    told = await found(database_url="sqlite:///empty.db")
    assert texts(told, "Database")[0].startswith("It is empty; `app.py serve` makes its tables. This is")
    assert await Store.revision_at("sqlite:///empty.db") == ""


async def test_a_database_that_is_there_is_looked_at_and_named(folder: Path) -> None:
    await (await Store.open("sqlite:///own.db")).close()
    (only,) = texts(await found(database_url="sqlite:///own.db"), "Database")
    assert only.startswith("It opens, can be written, and its tables are up to date")
    assert only.endswith(f". This is the SQLite file {folder / 'own.db'}.")


async def test_nobody_is_told_anything_because_somebody_looked(folder: Path) -> None:
    """Also where the shell that it is looked from has other routes than the bot, or none."""
    (folder / "routes.toml").write_text('[[routes]]\nto = "mailto:iam@contoso.com"\n', "utf-8")
    store = await Store.open("sqlite:///own.db")
    alert = Alert(title="x", detail="y", severity=Severity.HIGH, rule="quarantine")
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.routes.add(Route(to=CHANNEL.id))
        await tx.conversations.save(replace(CHANNEL, id="webhook:desk", kind=ConversationKind.WEBHOOK))
        await tx.incidents.save(Incident(number=0, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON))
    for routes in ("routes.toml", "", "none.toml"):
        await found(database_url="sqlite:///own.db", routes=routes)
        async with store.look() as tx:
            assert await tx.outbox.places(1) == set()
    await store.close()


async def test_a_database_of_an_earlier_version_is_left_as_it_is_for_the_bot_that_runs_on_it() -> None:
    await on("sqlite:///own.db", partial(upgrade, to="0003"))
    told = await found(database_url="sqlite:///own.db")
    (only,) = texts(told, "Database")
    assert only.startswith(
        "It is of an earlier Syncwatch (0003) and was not looked into; `app.py migrate`, or the next"
    )
    assert texts(told, "Deliveries") == [], "nobody knows"
    assert await Store.revision_at("sqlite:///own.db") == "0003"


async def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    (only,) = texts(await found(database_url="postgresql://bot:hidden@127.0.0.1:1/syncwatch"), "Database")
    assert only.endswith("This is the PostgreSQL database syncwatch on 127.0.0.1:1.")
    assert "hidden" not in only
