"""`app.py doctor`: every finding at once, in words or as JSON; 0 where all is well, 1 where there is something to mend."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.adapters.store import Store
from sandbox.home import free_port
from sandbox.server import Sandbox
from sandbox.tenant import Tenant

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(Tenant(story="quiet"), folder=tmp_path) as box:
        yield box


async def run(folder: Path, settings: dict[str, str], *more: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `app.py doctor`."""
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT", "LANG"}}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", str(ROOT / "app.py"), "doctor", *more),
        cwd=folder,
        env=plain | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


async def test_app_py_doctor_ends_with_0_where_all_is_well(box: Sandbox, tmp_path: Path) -> None:
    code, output, errors = await run(tmp_path, box.environment())
    assert (code, errors) == (0, ""), output
    assert [line for line in output.splitlines() if line.startswith("fault")] == []
    assert "Settings" in output
    assert box.tenant.app_secret not in output
    assert "syncwatch.db" not in os.listdir(tmp_path), "the bot makes its database, and not who looks after it"


async def test_app_py_doctor_tells_everything_that_is_wrong_at_once_and_ends_with_1(
    box: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "routes.toml").write_text('[fallback]\nto = ["nobody", "mailto:iam@contoso.com"]\n', "utf-8")
    wrong = {"DATABASE_URL": "sqlite:////nowhere/at/all.db", "APP_SECRET": "not-the-secret", "ROUTES": "routes.toml"}
    also = {"RULES_DIR": "none", "DIGEST_TIME": "noon", "SMPT_HOST": "mail"}
    code, output, errors = await run(tmp_path, box.environment() | wrong | also, "--json")
    found: dict[str, list[str]] = {}
    for each in json.loads(output):
        found.setdefault(f"{each['grade']} {each['topic']}", []).append(each["text"])
    assert (code, errors) == (1, "")
    assert found["fault Database"] == [
        "The database of DATABASE_URL cannot be opened: unable to open database file. "
        "This is the SQLite file /nowhere/at/all.db."
    ]
    assert [each.split(": ")[0].split(" (")[0] for each in found["fault Settings"]] == [
        "ROUTES, routes.toml",
        "ROUTES, routes.toml",
        "DIGEST_TIME is wrong",
        "RULES_DIR is wrong",
    ]
    assert found["note Settings"] == [
        "SMPT_HOST in the environment is no setting and does nothing. Did you mean SMTP_HOST?"
    ]
    assert "APP_SECRET is wrong" in found["fault Sign-in"][0]
    assert "not-the-secret" not in output


async def test_app_py_doctor_tells_what_is_wrong_with_the_settings(tmp_path: Path) -> None:
    code, output, errors = await run(tmp_path, {"APP_ID": "x"})
    assert (code, errors) == (1, "")
    assert output.startswith("fault  Settings  ")
    assert "TENANT_ID is missing" in output


async def test_a_database_of_a_newer_syncwatch_is_told_of(box: Sandbox, tmp_path: Path) -> None:
    await (await Store.open(f"sqlite:///{tmp_path / 'syncwatch.db'}")).close()
    with closing(sqlite3.connect(tmp_path / "syncwatch.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, output, errors = await run(tmp_path, box.environment())
    assert (code, errors) == (1, "")
    assert "is of a newer Syncwatch (9999" in output


async def test_app_py_doctor_tells_of_services_that_cannot_be_reached(box: Sandbox, tmp_path: Path) -> None:
    nowhere = f"https://localhost:{free_port()}"
    away = {"LOGIN_URL": nowhere, "BOT_OPENID_URL": f"{nowhere}/openidconfiguration"}
    code, output, _ = await run(tmp_path, box.environment() | away)
    assert code == 1
    assert "No token for Microsoft Graph: the sign-in service could not be reached" in output
    assert "Nobody in Teams can be answered" in output


async def test_the_archive_is_told_with_its_size_and_age(box: Sandbox, tmp_path: Path) -> None:
    graph = {"WORKSPACE_ID": "", "SOURCES": "graph", "ARCHIVE_FILE": str(tmp_path / "archive.duckdb")}
    _, output, _ = await run(tmp_path, box.environment() | graph)
    assert "ARCHIVE_FILE is not there yet" in output
    (tmp_path / "archive.duckdb").write_bytes(b"no database at all" * 1_000)
    code, output, _ = await run(tmp_path, box.environment() | graph)
    assert code == 1
    assert "Move ARCHIVE_FILE away" in output
