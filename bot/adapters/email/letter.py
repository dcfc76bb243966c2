"""A mail as bytes: whom it is from and to, which thread it belongs to, and both of its forms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from bot.adapters.email import headers
from bot.addresses import Address
from bot.model import Incident, Severity, Value
from cards.plain import SHORT, clean

ROOM = 56
"""Letters that a line has left after the longest name of a header."""


class Letter(Value, frozen=True, kw_only=True):
    """What is sent; `parent` is the id of the mail that it follows, "" for the first of a thread."""

    id: str
    parent: str = ""
    sender: Address
    recipient: Address
    subject: str
    text: str
    html: str
    at: datetime
    incident: Incident | None = None


def name(*parts: str, domain: str) -> str:
    """A Message-ID made of what names the mail: sent again it has the same one, and mail servers can fold the two."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"<syncwatch.{digest[:32]}@{domain}>"


def encoded(letter: Letter) -> bytes:
    """The mail as it goes over the wire, its text in letters that every server takes."""
    body = EmailMessage(policy.SMTP)
    body.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    body.set_boundary(f"=_{letter.id.strip('<>').partition('@')[0]}")  # no line of quoted-printable holds =_
    lines = "".join(f"{header}: {value}\r\n" for header, value in _headers(letter))
    return lines.encode() + body.as_bytes()


def _headers(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "Message-ID", letter.id
    if letter.parent:
        yield "In-Reply-To", letter.parent
        yield "References", letter.parent
    yield "From", headers.mailbox(letter.sender)
    yield "To", headers.mailbox(letter.recipient)
    yield "Subject", headers.text(letter.subject, ROOM)
    yield "Date", format_datetime(letter.at)
    yield from _labels(letter)


def _labels(letter: Letter) -> Iterator[tuple[str, str]]:
    """What machines and filters go by. Nobody's absence note shall answer."""
    yield "List-Id", f"Syncwatch <syncwatch.{letter.sender.domain}>"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    if (incident := letter.incident) is None:
        return
    yield "X-Syncwatch-Incident", str(incident.number)
    yield "X-Syncwatch-Severity", incident.alert.severity if incident.open else "resolved"
    if rule := clean(incident.alert.rule, SHORT):
        yield "X-Syncwatch-Rule", headers.text(rule, ROOM)
    if incident.open and incident.alert.severity is Severity.CRITICAL:
        yield "Importance", "high"
