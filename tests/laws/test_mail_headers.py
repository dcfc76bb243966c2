"""Whatever a name or a title holds, a mail has the headers that the bot wrote, and its readers see the text."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.adapters.email.letter import Letter, encoded, name
from bot.adapters.email.receiver import subject_of
from bot.addresses import Address, mailbox
from bot.model import Incident
from cards import sample
from cards.plain import SHORT, clean
from tests.laws.test_cards_are_text import HOSTILE

HEADERS = [
    *("Message-ID", "In-Reply-To", "References", "From", "To", "Subject", "Date", "List-Id", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Syncwatch-Incident", "X-Syncwatch-Severity", "MIME-Version", "Content-Type"),
]
EVIL = (
    *HOSTILE,
    "x\r\nBcc: eve@evil.example",
    "x\n\nbody",
    "x\x0bBcc: eve@evil.example\x0c\x85\u2028To: y",
    "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
    'a" <eve@evil.example>, "b',
    "eve@evil.example (x) [y] <z>; group: a, b;",
    "שלום עולם " * 30,
    "\\" * 40,
    "é" * 300,
)
anything = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=200), st.text(alphabet='\r\n\t :;,<>@"\\()=?_éש\x00', max_size=60)
)


def letter(said: str, *, to: Address | None = None, domain: str = "contoso.example") -> Letter:
    incident = _incident(said)
    return Letter(
        id=name("bot", "key", said, domain=domain),
        parent=name("bot", "first", domain=domain),
        sender=Address(local="bot", domain=domain, name=said),
        recipient=to or Address(local="iam", domain="contoso.example", name=said),
        subject=subject_of(incident, ""),
        text=clean(said, 10_000),
        html=f"<p>{clean(said, 10_000)}</p>",
        at=sample.NOW,
        incident=incident,
    )


def _incident(said: str) -> Incident:
    known = sample.ADDRESSES_CLASH
    return replace(known, alert=replace(known.alert, title=said, job_name=said[::-1], rule=said or "x"))


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=cast("Any", policy.default))


@given(anything)
@example(EVIL[0])
def test_no_text_adds_a_header_a_reader_or_a_line(said: str) -> None:
    written = letter(said)
    raw = encoded(written)
    mail = read(raw)
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")

    assert [each for each in mail if each != "X-Syncwatch-Rule"] == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == ["iam@contoso.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["bot@contoso.example"]
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert all(len(line) <= 78 for line in head)
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.lists(st.text(alphabet=[chr(each) for each in range(33, 127)], min_size=1, max_size=50), max_size=20))
@example(["[high]", *["0123456789"] * 40])
@example(["-", *["x" * 50] * 9])
def test_plain_letters_stand_in_the_subject_as_they_are_for_filters_that_decode_nothing(words: list[str]) -> None:
    said = " ".join(words)
    assume("=?" not in said)
    head = encoded(replace(letter("x"), subject=said)).split(b"\r\n\r\n", 1)[0]

    assert f"\r\nSubject: {said}\r\n".encode() in head.replace(b"\r\n ", b" ") + b"\r\n"
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("said", EVIL)
def test_readers_see_the_subject_the_name_and_the_text_as_they_are(said: str) -> None:
    written = letter(said)
    raw = encoded(written)
    mail = read(raw)
    # As RFC 2047 has it; Python's newer reader leaves blanks between the parts of a name.
    to = str(make_header(decode_header(message_from_bytes(raw)["To"])))

    assert str(mail["Subject"]) == written.subject
    assert to.removesuffix("<iam@contoso.example>").removesuffix("iam@contoso.example").rstrip() == clean(said, SHORT)
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().rstrip("\r\n") == written.text


@given(anything)
def test_the_same_mail_is_the_same_bytes(said: str) -> None:
    assert encoded(letter(said)) == encoded(letter(said))


@pytest.mark.parametrize("domain", ["a.example", f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example"])
def test_ids_are_whole_however_long_the_domain(domain: str) -> None:
    written = letter("x", domain=domain)
    raw = encoded(written)

    assert f"Message-ID: {written.id}\r\n".encode() in raw
    assert f"\r\nReferences: {written.parent}\r\n".encode() in raw
    assert f"\r\nIn-Reply-To: {written.parent}\r\n".encode() in raw


def test_addresses_in_other_letters_stand_in_the_headers_as_they_are() -> None:
    raw = encoded(letter("José", to=mailbox("José <josé@bücher.example>")))

    assert "\r\n <josé@xn--bcher-kva.example>\r\n".encode() in raw
    assert read(raw)["From"].addresses[0].display_name == "José"


def test_a_subject_is_how_bad_what_and_where_and_never_too_long() -> None:
    known = sample.ADDRESSES_CLASH
    alert = replace(known.alert, title="An address is used twice", job_name="AD to Entra ID")

    assert subject_of(replace(known, alert=alert), "") == "[medium] An address is used twice — AD to Entra ID"
    assert subject_of(sample.IN_QUARANTINE, "") == "[high] Workday to Entra ID is in quarantine"
    assert len(subject_of(_incident("x" * 10_000), "")) < 200
    assert subject_of(None, "") == "Syncwatch"
