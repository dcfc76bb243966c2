"""`app.py serve` when something is wrong: one clear sentence, exit code 2 or a failing readiness, never a traceback."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.faults import Fault, Faults
from sandbox.home import free_port
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.serving import Ended, Serving


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Sandbox]:
    tenant = Tenant(story="quiet")
    async with Sandbox(tenant, Faults(tenant.clock), folder=tmp_path) as box:
        yield box


async def ended(folder: Path, settings: dict[str, str]) -> Ended:
    bot = Serving(settings)
    await bot.start(folder)
    return await bot.end()


async def unready(box: Sandbox, folder: Path, words: str, **settings: str) -> str:
    """Start with settings that are wrong somewhere; what /readyz says, after the bot ended in good order."""
    bot = Serving(box.environment() | {"WATCH_SECONDS": "1", "JOBS_SECONDS": "1"} | settings)
    await bot.start(folder)
    said = await bot.problem(words)
    end = await bot.stop()
    assert end.code == 0
    assert "Traceback" not in end.said
    assert box.tenant.app_secret not in end.said
    return said


async def test_without_settings_it_says_which_are_missing_and_what_they_are_for(tmp_path: Path) -> None:
    end = await ended(tmp_path, {})
    assert end.code == 2
    assert "TENANT_ID is missing: Id of the Entra tenant" in end.said
    assert "APP_SECRET is missing" in end.said
    assert "Traceback" not in end.said


async def test_all_that_is_wrong_is_told_in_one_list_before_anything_is_stored(box: Sandbox, tmp_path: Path) -> None:
    routes, database = tmp_path / "routes.toml", tmp_path / "bot.db"
    routes.write_text('[[routes]]\nto = "mailto:iam@contoso.com"\nseverity = "hgih"\n', "utf-8")
    wrong = {"CA_FILE": str(tmp_path / "none.pem"), "RULES_OFF": "nonesuch", "DIGEST_TIME": "noon", "SMPT_HOST": "mail"}
    mine = {"DATABASE_URL": f"sqlite:///{database.as_posix()}", "ROUTES": str(routes)}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        end = await ended(tmp_path, box.environment() | mine | wrong | {"PORT": str(taken.getsockname()[1])})
    heading, *lines = end.said[end.said.index("Settings are wrong") :].splitlines()
    assert (end.code, heading) == (2, "Settings are wrong; mend these:")
    assert [line.strip().split(" (")[0].split(" 127")[0] for line in lines] == [
        "The bot cannot listen on HOST",
        f"ROUTES, {routes}: [[routes]] 1",
        f"ROUTES, {routes}: [[routes]] 1",
        "DIGEST_TIME is wrong",
        "RULES_OFF is wrong",
        "CA_FILE is wrong",
    ]
    assert end.said.count("address already in use") == 1
    assert "SMPT_HOST in the environment is no setting and does nothing. Did you mean SMTP_HOST?" in end.said
    assert not database.exists()
    assert "Traceback" not in end.said


async def test_a_database_that_cannot_be_opened_is_said(box: Sandbox, tmp_path: Path) -> None:
    end = await ended(tmp_path, box.environment() | {"DATABASE_URL": "sqlite:////nowhere/at/all.db"})
    assert end.code == 2
    assert "DATABASE_URL cannot be opened" in end.said
    assert "Traceback" not in end.said


async def test_a_healthy_tenant_makes_it_ready_and_where_it_listens_is_in_the_log(box: Sandbox, tmp_path: Path) -> None:
    quick = {"WATCH_SECONDS": "1", "JOBS_SECONDS": "1"}
    bot = Serving(box.environment() | quick | {"ALERTS_SECRET": "Abcdefgh-01234567-ijklmnop-89ABCDEF"})
    await bot.start(tmp_path)
    await bot.problem("ready")
    end = await bot.stop()
    (line,) = [each for each in end.said.splitlines() if " listening " in each]
    assert line.endswith(
        f"host='127.0.0.1' port={bot.port} messages='/api/messages' alerts='/api/alerts'"
        " health='/healthz' readiness='/readyz' metrics='/metrics'"
    )
    assert "Abcdefgh" not in end.said


async def test_a_graph_that_cannot_be_reached_is_said(box: Sandbox, tmp_path: Path) -> None:
    said = await unready(box, tmp_path, "reached", GRAPH_URL=f"https://localhost:{free_port()}/v1.0", SOURCES="graph")
    assert "Graph" in said


async def test_a_wrong_secret_is_said_and_not_shown(box: Sandbox, tmp_path: Path) -> None:
    said = await unready(box, tmp_path, "APP_SECRET is wrong", APP_SECRET="not-the-secret")
    assert "not-the-secret" not in said


async def test_a_workspace_without_permission_is_said_with_the_role_that_is_missing(
    box: Sandbox, tmp_path: Path
) -> None:
    box.faults.add(Fault(area="logs", kind="status", status=403, times=0))
    await unready(box, tmp_path, "Log Analytics Reader")


async def test_a_tenant_that_does_not_exist_is_said(box: Sandbox, tmp_path: Path) -> None:
    await unready(box, tmp_path, "TENANT_ID is not a tenant", TENANT_ID="00000000-0000-4000-8000-000000000000")
