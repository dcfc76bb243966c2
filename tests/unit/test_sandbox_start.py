"""What the sandbox needs before it is up: node, a folder, a port, a configuration of the Playground."""

from __future__ import annotations

import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox import node
from sandbox.child import Child
from sandbox.home import Home, StartFailed, check_port, free_port
from sandbox.playground import configuration
from sandbox.tenant import Tenant


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine without node, a project without node_modules; its folder for programs is on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(node, "ROOT", tmp_path)
    monkeypatch.setattr(node, "_STAMP", tmp_path / "node_modules" / ".stamp")
    monkeypatch.setattr(node, "_LOCK", tmp_path / "package-lock.json")
    monkeypatch.setattr(node, "_wheel_folder", lambda: None)
    node.node.cache_clear()
    yield programs
    node.node.cache_clear()


def program(folder: Path, name: str, text: str) -> Path:
    """A program that is a few lines of shell."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    return file


def test_the_machines_own_node_is_used_when_it_is_new_enough(bare: Path) -> None:
    mine = program(bare, "node", "echo v20.1.0")
    assert node.node() == str(mine)


@pytest.mark.parametrize("version", ["v16.20.2", "rubbish", ""])
def test_an_old_or_broken_node_gives_way_to_that_of_pypi(
    bare: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    program(bare, "node", f"echo {version}")
    monkeypatch.setattr(node, "_from_wheel", lambda: "/wheel/bin/node")
    assert node.node() == "/wheel/bin/node"


def test_packages_are_installed_once_and_again_when_the_lock_changes(bare: Path) -> None:
    program(bare, "node", "echo v20.1.0")
    program(bare, "npm", f'echo "$@" >> {bare}/log')
    log = bare / "log"
    for _ in range(2):
        node.install()
    assert log.read_text().splitlines() == ["ci --omit=dev"]
    assert node.is_ready()
    assert not node.is_ready(everything=True)
    node.install(everything=True)
    node.install()
    assert log.read_text().splitlines() == ["ci --omit=dev", "ci"]
    (bare.parent / "package-lock.json").write_text('{"changed": true}')
    assert not node.is_ready()


def test_a_failing_installer_is_one_sentence_after_its_own_words(bare: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program(bare, "node", "echo v20.1.0")
    program(bare, "npm", "echo no such host; exit 1")
    assert node.main(["install"]) == 2
    assert capfd.readouterr().err.splitlines() == [
        "no such host",
        "The packages of node cannot be installed; the first start needs a network with PyPI and npm.",
    ]
    assert not node.is_ready()


def test_a_machine_without_node_and_network_is_told_so(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(program(bare, "python", "exit 1")))
    with pytest.raises(node.NodeMissing, match="Node is not on this machine and cannot be installed from PyPI"):
        node.node()


def test_unknown_words_get_the_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert node.main(["dance"]) == 2
    assert capfd.readouterr().err.startswith("usage:")


def test_a_folder_is_one_sandboxes_and_its_database_begins_empty(tmp_path: Path) -> None:
    with Home(tmp_path / "home") as home:
        (home.folder / "syncwatch.db").write_text("of an earlier tenant")
        home.tell(page="http://127.0.0.1:1/")
        with pytest.raises(StartFailed, match="Another sandbox is running"), Home(tmp_path / "home"):
            pass
    assert not (home.folder / "sandbox.json").exists()
    with Home(tmp_path / "home"):
        assert not (home.folder / "syncwatch.db").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartFailed, match="cannot be used"), Home(tmp_path / "file" / "home"):
        pass


async def test_all_that_a_program_refuses_is_shown_and_where_the_rest_is(tmp_path: Path) -> None:
    logged = "2026-11-21T03:12:44 WARNING bot.serving READERS is everybody"
    mistakes = [f"  ROUTES: mistake {at}" for at in range(60)]
    few = await ended(tmp_path, logged, "Settings are wrong; mend these:", *mistakes[:12])
    assert few.splitlines() == ["Settings are wrong; mend these:", *mistakes[:12]]
    many = await ended(tmp_path, logged, "Settings are wrong; mend these:", *mistakes)
    assert many.splitlines()[:40] == ["Settings are wrong; mend these:", *mistakes[:39]]
    assert many.splitlines()[40:] == [f"  … and 21 more lines in {tmp_path / 'said.log'}"]


async def test_of_a_crash_and_of_a_silent_end_the_last_lines_are_shown(tmp_path: Path) -> None:
    crash = ["Traceback (most recent call last):", *(f'  File "{at}.py"' for at in range(9)), "ValueError: no"]
    assert (await ended(tmp_path, *crash)).splitlines() == ['  File "7.py"', '  File "8.py"', "ValueError: no"]
    logged = [f"2026-11-21T03:12:4{at} INFO bot.serving tick" for at in range(5)]
    assert (await ended(tmp_path, *logged)).splitlines() == logged[2:]
    assert await ended(tmp_path) == ""


async def ended(folder: Path, *lines: str) -> str:
    """Why a program ended that has written these lines."""
    program = "import sys; print(*sys.argv[1:], sep='\\n'); sys.exit(2)"
    async with Child([sys.executable, "-c", program, *lines], log=folder / "said.log", cwd=folder) as child:
        assert await child.ended() == 2
        return child.why_ended()


def test_a_port_that_is_taken_or_is_none_is_refused() -> None:
    check_port(free_port())
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StartFailed, match=r'cannot be used.* --port NUMBER; .*make run ARGS="--port NUMBER"'):
            check_port(int(taken.getsockname()[1]))
    with pytest.raises(StartFailed, match="Port 99999 cannot be used"):
        check_port(99_999)


def test_the_playground_has_its_current_user_and_exactly_five_others() -> None:
    tenant = Tenant(story="quiet")
    told = configuration(tenant)
    assert told["currentUser"]["aadObjectId"] == tenant.admins[0]["id"]
    assert len(told["users"]) == 5
    assert len({one["id"] for one in [told["currentUser"], *told["users"]]}) == 6
    assert told["team"]["id"] == tenant.team["id"]
    assert [one["name"] for one in told["team"]["channels"]] == [tenant.team["channels"][1]["name"]]
