"""Names that are no settings: told with what may be meant, and never with a value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import strange_names


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        monkeypatch.delenv(name)


def in_file(folder: Path, text: str) -> str:
    (folder / ".env").write_text(text, "utf-8")
    return str(folder / ".env")


def test_a_misspelt_setting_is_told_with_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROUTE", "routes.toml")
    file = in_file(tmp_path, "APP_ID=x\nSMPT_HOST=mail.contoso.com\nexport workspaceid=y\n")
    assert strange_names(env_file=file) == (
        "SMPT_HOST in .env is no setting and does nothing. Did you mean SMTP_HOST?",
        "workspaceid in .env is no setting and does nothing. Did you mean WORKSPACE_ID?",
        "ROUTE in the environment is no setting and does nothing. Did you mean ROUTES?",
    )


def test_every_strange_name_in_the_file_is_told_and_of_the_machine_only_what_is_like_a_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("PATH", "HOME", "HOSTS", "HOSTNAME", "HTTPS_PROXY", "KUBERNETES_PORT", "DB_ROUTER", "POST"):
        monkeypatch.setenv(name, "x")
    file = in_file(tmp_path, "COMPOSE_PROJECT_NAME=x\n")
    assert strange_names(env_file=file) == ("COMPOSE_PROJECT_NAME in .env is no setting and does nothing.",)


def test_secrets_that_routes_refer_to_are_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APP_SECRETS", "x")
    file = in_file(tmp_path, "DESK_SECRET=x\n")
    assert strange_names({"DESK_SECRET", "APP_SECRETS"}, file) == ()
    assert len(strange_names((), file)) == 2


def test_what_is_like_a_setting_that_is_set_is_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLEVEL", "debug")
    assert len(strange_names(env_file=None)) == 1
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    assert strange_names(env_file=None) == ()


@pytest.mark.parametrize(
    "line", ["hunter2", "hunter_2", "dGhpc2lzYXNlY3JldA==", '"hunter2', "= hunter2", "Hunter-2=hunter3"]
)
def test_a_line_that_may_be_a_secret_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    (said,) = strange_names(env_file=in_file(tmp_path, f"# mine\n{line}\n"))
    assert said == "Line 2 of .env is no setting and does nothing."


def test_no_value_is_ever_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APPSECRET", "hunter2")
    file = in_file(tmp_path, "SMTP_PASWORD=hunter3\nA_THING=hunter4 # hunter5\n")
    assert "hunter" not in "".join(strange_names(env_file=file))
