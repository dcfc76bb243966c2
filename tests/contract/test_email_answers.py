"""What mail servers answer, or do not, and what the outbox is told of it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from bot.ports import TryLater, Undeliverable
from tests.support.mail import NEVER, mailroom, scripted
from tests.support.mail_desk import DESK, refused, told, writing


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "451 4.7.1 greylisted"),
        ("RCPT", "450 4.2.1 mailbox busy"),
        ("DATA", "452 4.3.1 no space"),
        ("RCPT", "421 4.3.2 going down"),
    ],
)
async def test_what_a_server_will_not_do_now_is_tried_later(step: str, answer: str) -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers[step] = [answer]
        error = await refused(email)
        await email.post(DESK, told())

    assert isinstance(error, TryLater)
    assert not error.uncertain
    assert answer[:9] in str(error)


@pytest.mark.parametrize(
    ("step", "answer", "gone"),
    [
        ("RCPT", "550 5.1.1 <desk@contoso.example>: nobody of that name", True),
        ("RCPT", "550 5.1.10 Recipient not found", True),
        ("RCPT", "550 5.7.1 not from you", False),
        ("RCPT", "550 nobody of that name", False),
        ("DATA", "552 5.3.4 too large", False),
        ("DATA", "550 5.1.1 late", False),
    ],
)
async def test_what_a_server_will_never_do_is_undeliverable_and_a_mailbox_that_is_none_is_gone(
    step: str, answer: str, gone: bool
) -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers[step] = [answer]
        error = await refused(email)

    assert isinstance(error, Undeliverable)
    assert error.gone is gone
    assert answer[:7] in str(error)
    assert "@" not in str(error)


async def test_a_refused_sender_names_the_setting() -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers["MAIL"] = ["550 5.7.60 not allowed to send as this sender"]
        error = await refused(email)

    assert isinstance(error, Undeliverable)
    assert "SMTP_FROM" in str(error)


@pytest.mark.parametrize(
    "answers",
    [
        (b"",),
        (b"\xff\x00garbage\r\n",),
        (b"220 hello\r\n", b"<html>\r\n"),
        (b"554 go away\r\n",),
        (b"220 hello\r\n", b"250 hello\r\n", b"999 what\r\n"),
        (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"\r\n\r\n"),
        (b"x" * 100_000,),
    ],
)
async def test_a_server_that_talks_nonsense_is_tried_later(answers: tuple[bytes, ...]) -> None:
    async with scripted(*answers) as port, writing(port) as email:
        error = await refused(email)

    assert isinstance(error, TryLater)
    assert not error.uncertain
    assert str(error).endswith(".")


async def test_nonsense_after_the_mail_was_given_leaves_open_whether_it_arrived() -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers["DATA"] = ["well done"]
        error = await refused(email)
        room.answers["DATA"] = ["251 taken, in its way"]
        await email.post(DESK, told())

    assert isinstance(error, TryLater)
    assert error.uncertain


@pytest.mark.parametrize(("step", "uncertain"), [("RCPT", False), ("DATA", True)])
async def test_a_server_that_takes_too_long_is_left(step: str, uncertain: bool) -> None:
    async with mailroom() as room, writing(room.port, patience=0.2) as email:
        room.answers[step] = [NEVER]
        error = await refused(email)
        await email.post(DESK, told())

    assert isinstance(error, TryLater)
    assert error.uncertain is uncertain
    assert "in time" in str(error)


async def test_a_server_that_is_not_there_is_tried_later() -> None:
    async with scripted() as port:
        pass
    async with writing(port) as email, writing(25, host="no-such-host.invalid") as lost:
        for error in (await refused(email), await refused(lost)):
            assert isinstance(error, TryLater)
            assert "SMTP_HOST" in str(error)


async def test_a_mail_that_is_given_up_half_way_does_not_spoil_the_next() -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers["RCPT"] = [NEVER]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(email.post(DESK, told()), 0.1)
        await email.post(DESK, told())

    assert len(room.arrived) == 1


async def test_addresses_in_other_letters_are_written_as_servers_know_them() -> None:
    books = replace(DESK, id="mailto:josé@bücher.example", name="José Ñuñez")
    async with mailroom() as room, writing(room.port) as email:
        await email.post(books, told())

    (arrived,) = room.arrived
    assert arrived.recipients == ("josé@xn--bcher-kva.example",)
    assert "SMTPUTF8" in arrived.options
    assert arrived.mail["To"] == "José Ñuñez <josé@xn--bcher-kva.example>"


async def test_a_server_that_knows_plain_letters_only_is_told_of() -> None:
    async with mailroom(wide=False) as room, writing(room.port) as email:
        error = await refused(email, replace(DESK, id="mailto:josé@contoso.example"))
        await email.post(replace(DESK, id="mailto:jose@bücher.example"), told())

    assert isinstance(error, Undeliverable)
    assert "SMTPUTF8" in str(error)
    assert room.arrived[0].recipients == ("jose@xn--bcher-kva.example",)


@pytest.mark.parametrize(
    "wrong", ["mailto:desk", "mailto:desk@contoso.example?bcc=eve@evil.example", "19:x@thread.tacv2\r\n"]
)
async def test_a_wrong_address_is_refused_before_anything_is_sent(wrong: str) -> None:
    async with mailroom() as room, writing(room.port) as email:
        error = await refused(email, replace(DESK, id=wrong))

    assert isinstance(error, Undeliverable)
    assert "is no mail address" in str(error)
    assert room.connections == []
