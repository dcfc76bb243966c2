"""The look at all that the settings name before a start: every mistake in one list, and nothing stored."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.store import Store
from bot.assembly import assembled
from bot.assembly.checking import check
from bot.ports import BadSettings
from bot.settings import Mistake, Read, Settings

ID = "0a0a0a0a-0000-4000-8000-000000000001"
MAILED = '[fallback]\nto = "mailto:iam@contoso.com"\n'


def given(folder: Path, **more: Any) -> Settings:
    mine = {"database_url": f"sqlite:///{(folder / 'bot.db').as_posix()}", "archive_file": "none"} | more
    return Settings(_env_file=None, tenant_id=ID, app_id=ID, app_secret="s", **mine)  # pyright: ignore[reportCallIssue]


async def told(folder: Path, **more: Any) -> list[str]:
    return [each.text for each in (await check(Read(settings=given(folder, **more)))).mistakes]


def file(folder: Path, text: str) -> Path:
    (folder / "routes.toml").write_text(text, "utf-8")
    return folder / "routes.toml"


async def test_a_start_that_is_refused_has_stored_nothing(tmp_path: Path) -> None:
    settings = given(tmp_path, routes=file(tmp_path, MAILED))
    with pytest.raises(BadSettings, match="SMTP_HOST must name a mail server"):
        async with assembled(settings):
            pass
    assert os.listdir(tmp_path) == ["routes.toml"]


async def test_a_start_that_is_refused_leaves_an_older_database_as_it_is(tmp_path: Path) -> None:
    settings = given(tmp_path, rules_off="nonesuch")
    await (await Store.open(settings.database_url)).close()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0010'")
    with pytest.raises(BadSettings, match="nonesuch"):
        async with assembled(settings):
            pass
    assert await Store.revision_at(settings.database_url) == "0010"


async def test_what_the_file_of_routes_lacks_is_told_with_its_own_mistakes_by_table_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_SECRET", "s3cr3t")
    routes = file(
        tmp_path,
        '[[routes]]\nto = ["mailto:iam@contoso.com", "webhook:own"]\nseverity = "hgih"\n'
        '[webhooks.own]\nurl = "https://10.0.0.1/"\nsecret = "env:OWN_SECRET"\nclose_code = "x"\n'
        '[webhooks.pager]\nkind = "PagerDuty"\nsecret = "env:NOT_THERE"\nuser = "x"\n' + MAILED,
    )
    found = await told(tmp_path, routes=routes)
    assert all(each.startswith(f"ROUTES, {routes}: ") for each in found)
    assert [each.removeprefix(f"ROUTES, {routes}: ")[:54] for each in found] == [
        "[[routes]] 1 (line 2): to names a mail address, so SMT",
        "[[routes]] 1 (line 3): severity 'hgih' is not known; t",
        "[webhooks.own] (line 5): url is refused: 10.0.0.1 lead",
        "[webhooks.own] (line 6): secret has fewer than 16 lett",
        "[webhooks.own] (line 7): close_code is not for the kin",
        "[webhooks.pager] (line 10): secret names NOT_THERE, wh",
        "[webhooks.pager] (line 11): user is not for the kind p",
    ]
    assert "s3cr3t" not in "".join(found)


async def test_a_setting_that_is_wrong_itself_brings_no_second_mistake(tmp_path: Path) -> None:
    settings = given(tmp_path, routes=file(tmp_path, MAILED))
    known = Mistake(setting="smtp_host", text="SMTP_HOST is wrong")
    assert (await check(Read(settings=settings, mistakes=(known,)))).mistakes == (known,)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rules_off": "nonesuch"}, "RULES_OFF is wrong (there is no rule in KQL named 'nonesuch'. `rules` in chat"),
        ({"rules_off": "workflow_fialed"}, "named 'workflow_fialed'. Did you mean workflow_failed?)"),
        (
            {"kql_tables": "AuditLog"},
            "KQL_TABLES is wrong (there is no table named 'AuditLog'. Did you mean AuditLogs?)",
        ),
        ({"kql_tables": "auditlogs"}, "there is no table named 'auditlogs'. Did you mean AuditLogs?"),
        ({"kql_tables": "Audit-Logs"}, "'Audit-Logs' is no name of a table"),
        ({"archive_file": "/no/such/folder/logs.duckdb"}, "ARCHIVE_FILE is wrong (its folder is not there)"),
        ({"archive_file": "a" * 5_000 + "/logs.duckdb"}, "ARCHIVE_FILE is wrong (its folder is not there)"),
        ({"archive_file": "."}, "ARCHIVE_FILE is wrong (it is a folder; name a file in it)"),
        ({"database_url": "mysql://x/y"}, "DATABASE_URL must be sqlite:///FILE"),
        ({"database_url": "sqlite:///" + "a" * 5_000 + "/bot.db"}, "The database of DATABASE_URL cannot be opened"),
        ({"database_url": "postgresql://u:p@h:99999/d"}, "DATABASE_URL is no address"),
        ({"database_url": f"postgresql://u:p@{'a' * 64}/d"}, "DATABASE_URL is no address"),
    ],
)
async def test_what_is_named_and_not_there_is_told(tmp_path: Path, more: dict[str, str], says: str) -> None:
    (only,) = await told(tmp_path, **more)
    assert says in only


async def test_what_is_named_and_there_is_well(tmp_path: Path) -> None:
    (tmp_path / "mine.kql").write_text("AuditLogs", "utf-8")
    own = {
        "rules_dir": tmp_path,
        "rules_off": "mine workflow_failed",
        "kql_tables": "AuditLogs Badges_CL SecurityEvent",
    }
    assert await told(tmp_path, **own) == []
    assert await told(tmp_path, rules_off="*") == []


async def test_a_file_of_certificates_that_holds_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN NOTHING-----", "utf-8")
    (only,) = await told(tmp_path, ca_file=tmp_path / "ca.pem")
    assert only.startswith("CA_FILE is wrong (its file holds no certificate; it must be a PEM file")
