"""The settings of mail: what belongs together, what is safe, and what a mail server is called by default."""

from __future__ import annotations

import pytest

from bot.assembly.mail import PORTS
from bot.ports import BadSettings
from bot.settings import Settings, load

GOOD = {
    "TENANT_ID": "99999999-9999-4999-8999-999999999999",
    "APP_ID": "88888888-8888-4888-8888-888888888888",
    "APP_SECRET": "a-secret",
}
MAIL = {"SMTP_HOST": "mail.contoso.com", "SMTP_FROM": "Syncwatch <bot@contoso.com>"}


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in (GOOD | more).items():
        monkeypatch.setenv(name, value)


def refused() -> str:
    with pytest.raises(BadSettings) as told:
        load(None)
    return str(told.value)


def test_every_way_of_encryption_has_its_port() -> None:
    assert set(PORTS) == set(Settings.model_fields["smtp_security"].annotation.__args__)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"SMTP_HOST": "mail.contoso.com"}, "SMTP_FROM is wrong (SMTP_HOST and SMTP_FROM are set both or neither)"),
        ({"SMTP_FROM": "bot@contoso.com"}, "SMTP_FROM is wrong (SMTP_HOST and SMTP_FROM are set both or neither)"),
        (MAIL | {"SMTP_FROM": "bot@contoso"}, "SMTP_FROM is wrong (what stands after the @ has no dot"),
        (MAIL | {"SMTP_FROM": "bot@contoso.com\nBcc: x@y.z"}, "SMTP_FROM is wrong"),
        (MAIL | {"SMTP_HOST": "mail.contoso.com:25/x"}, "SMTP_HOST is wrong"),
        (MAIL | {"SMTP_PASSWORD": "s3cr3t"}, "SMTP_PASSWORD is wrong (SMTP_USERNAME must say whose it is)"),
        (MAIL | {"SMTP_SCOPE": "http://x"}, "SMTP_SCOPE is wrong"),
        (MAIL | {"SMTP_SECURITY": "none"}, "SMTP_SECURITY is wrong (none is for a server on this machine"),
        (
            MAIL | {"SMTP_SECURITY": "insecure", "SMTP_USERNAME": "bot", "SMTP_PASSWORD": "s3cr3t"},
            "SMTP_USERNAME is wrong (its sign-in would be there for others to read",
        ),
        (MAIL | {"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY is wrong"),
        (MAIL | {"SMTP_PORT": "0"}, "SMTP_PORT is wrong"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_is_told(
    more: dict[str, str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, **more)
    told = refused()
    assert wrong in told
    assert "s3cr3t" not in told


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SMTP_HOST="mail.contoso.com", SMTP_SECURITY="none", SMTP_PASSWORD="s3cr3t", SMTP_PORT="99999")
    assert [line.split()[0] for line in refused().splitlines()[1:]] == [
        "SMTP_PORT",
        "SMTP_SECURITY",
        "SMTP_PASSWORD",
        "SMTP_FROM",
    ]


@pytest.mark.parametrize("more", [{"SMTP_HOST": "localhost", "SMTP_SECURITY": "none"}, {"SMTP_SECURITY": "insecure"}])
def test_without_encryption_mail_goes_to_this_machine_or_where_it_is_said(
    more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, **(MAIL | more))
    assert load(None).smtp_security == more["SMTP_SECURITY"]
