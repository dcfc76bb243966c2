"""The connection to the mail server: shared, ended by either side, encrypted, and signed in to."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.adapters.email import Email
from bot.ports import TryLater
from sandbox.tls import serve_tls
from tests.support.mail import LOST, Mailroom, mailroom
from tests.support.mail_desk import DESK, LOGIN, refused, told, writing


async def test_many_mails_go_over_one_connection_also_at_the_same_time() -> None:
    async with mailroom() as room, writing(room.port) as email:
        await asyncio.gather(*(email.post(DESK, told(key=str(at))) for at in range(20)))

    assert len(room.connections) == 1
    assert len({each.mail["Message-ID"] for each in room.arrived}) == 20


async def test_a_connection_that_nobody_needs_is_closed_and_the_next_mail_opens_one() -> None:
    async with mailroom() as room, writing(room.port, idle=0.01) as email:
        await email.post(DESK, told())
        await asyncio.wait_for(room.left.wait(), 5)
        await email.post(DESK, told())

    assert (len(room.connections), len(room.arrived)) == (2, 2)


@pytest.mark.parametrize("answer", [LOST, "421 4.7.0 enough mails on this connection"])
async def test_a_server_that_ended_the_connection_meanwhile_is_called_again_at_once(answer: str) -> None:
    async with mailroom() as room, writing(room.port) as email:
        await email.post(DESK, told())
        room.answers["MAIL"] = [answer]
        await email.post(DESK, told(key="next"))

    assert (len(room.connections), len(room.arrived)) == (2, 2)


def encrypted(security: str, context: ssl.SSLContext) -> AbstractAsyncContextManager[Mailroom]:
    return mailroom(tls=context, login=LOGIN) if security == "tls" else mailroom(starttls=context, login=LOGIN)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_encrypted_and_after_a_sign_in(security: str, tmp_path: Path) -> None:
    context, ca_file = serve_tls(tmp_path)
    async with (
        encrypted(security, context) as room,
        writing(room.port, security=security, login=LOGIN, ca_file=ca_file, host="localhost") as email,
    ):
        await email.post(DESK, told())

    assert (room.arrived[0].encrypted, room.tries) == (True, 1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(security: str, tmp_path: Path) -> None:
    context, _ = serve_tls(tmp_path)
    async with (
        encrypted(security, context) as room,
        writing(room.port, security=security, login=LOGIN, host="localhost") as email,
    ):
        error = await refused(email)

    assert isinstance(error, TryLater)
    assert "certificate is not trusted" in str(error)
    assert "CA_FILE" in str(error)
    assert (room.tries, room.arrived) == (0, [])


async def test_a_server_without_encryption_is_given_neither_password_nor_mail() -> None:
    async with (
        mailroom() as room,
        writing(room.port, security="starttls", login=LOGIN) as email,
        writing(room.port, security="tls", login=LOGIN) as strict,
    ):
        errors = [await refused(email), await refused(strict)]

    assert all(isinstance(error, TryLater) and "SMTP_SECURITY" in str(error) for error in errors)
    assert (room.tries, room.arrived) == (0, [])


async def test_a_refused_password_waits_for_the_settings_and_is_told_nowhere(tmp_path: Path) -> None:
    context, ca_file = serve_tls(tmp_path)
    async with (
        mailroom(starttls=context, login=LOGIN) as room,
        writing(room.port, security="starttls", login=("bot", "wr0ng"), ca_file=ca_file, host="localhost") as email,
    ):
        error = await refused(email)

    assert isinstance(error, TryLater)
    assert (error.after, room.tries) == (300, 1)
    assert "SMTP_USERNAME and SMTP_PASSWORD" in str(error)
    assert "535" in str(error)
    assert "wr0ng" not in str(error)


async def test_a_server_that_wants_a_sign_in_or_knows_none_names_the_setting(tmp_path: Path) -> None:
    context, ca_file = serve_tls(tmp_path)
    async with (
        mailroom(starttls=context, login=LOGIN) as room,
        writing(room.port, security="starttls", ca_file=ca_file, host="localhost") as nobody,
        mailroom(starttls=context) as open_room,
        writing(open_room.port, security="starttls", login=LOGIN, ca_file=ca_file, host="localhost") as known,
    ):
        errors = [await refused(nobody), await refused(known)]

    assert all(isinstance(error, TryLater) and "SMTP_USERNAME" in str(error) for error in errors)


async def test_without_a_password_the_bot_signs_in_with_a_token_of_its_own(tmp_path: Path) -> None:
    context, ca_file = serve_tls(tmp_path)
    async with (
        mailroom(starttls=context, login=("bot@contoso.example", "a-token")) as room,
        desk(room, ca_file, token="a-token") as email,
        desk(room, ca_file, token="another") as stranger,
        desk(room, ca_file) as nobody,
    ):
        await email.post(DESK, told())
        errors = [await refused(stranger), await refused(nobody)]

    assert len(room.arrived) == 1
    assert [str(error) for error in errors if isinstance(error, TryLater)] == [
        "The mail server refuses the sign-in (535 5.7.8 Authentication credentials invalid): see SMTP_USERNAME and SMTP_PASSWORD.",
        "No token.",
    ]


def desk(room: Mailroom, ca_file: Path, token: str = "") -> AbstractAsyncContextManager[Email]:
    return writing(
        room.port,
        security="starttls",
        login=("bot@contoso.example", ""),
        ca_file=ca_file,
        host="localhost",
        token=token,
    )
