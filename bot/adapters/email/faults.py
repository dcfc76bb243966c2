"""What a mail server answers when it will not do what we ask, turned into the outbox's words.

After https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 the first digit decides: 4 is for now, 5 for good. What the
settings have to repair is tried again, since it is not the mail's fault.
"""

from __future__ import annotations

import re
import ssl
from enum import Enum

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from bot.ports import TryLater, Undeliverable
from cards.plain import clean

AFTER_REFUSED_SIGN_IN = 300.0
"""Seconds: a password that is tried again and again locks the account."""

SIGN_IN_FIRST = (530, 534, 535, 538)
_EXTENDED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"\S+@\S+")


class Stage(Enum):
    """How far a mail had come."""

    CONNECTING = "connecting"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


def failure(error: Exception, stage: Stage) -> TryLater | Undeliverable:
    """The exception that an error of the client stands for."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLError):
        return _untrusted(cause)
    if isinstance(error, SMTPAuthenticationError) or (
        isinstance(error, SMTPResponseException) and error.code in SIGN_IN_FIRST
    ):
        told = f"The mail server refuses the sign-in ({_answer(error)}): see SMTP_USERNAME and SMTP_PASSWORD."
        return TryLater(told, AFTER_REFUSED_SIGN_IN)
    if isinstance(error, SMTPResponseException):
        return _answered(error, stage)
    return _unanswered(error, stage)


def _untrusted(error: ssl.SSLError) -> TryLater:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = clean(error.verify_message, 200).rstrip(".")
        return TryLater(
            f"The mail server's certificate is not trusted ({why}): see SMTP_HOST, and CA_FILE for an authority of your own."
        )
    return TryLater("The mail server speaks no TLS that the bot can speak: see SMTP_SECURITY and SMTP_PORT.")


def _answered(error: SMTPResponseException, stage: Stage) -> TryLater | Undeliverable:
    told = f"The mail server answered {_answer(error)}"
    if stage is Stage.CONNECTING:
        return TryLater(f"{told} when the bot connected: see SMTP_HOST.")
    if 400 <= error.code <= 499:
        return TryLater(f"{told}.")
    if not 500 <= error.code <= 599:
        return TryLater("The mail server's answer makes no sense.", uncertain=stage is Stage.CONTENT)
    if stage is Stage.SENDER:
        return Undeliverable(f"{told} to the sender's address: see SMTP_FROM.")
    return Undeliverable(f"{told}.", gone=stage is Stage.RECIPIENT and _extended(error).startswith("5.1."))


def _unanswered(error: Exception, stage: Stage) -> TryLater:
    uncertain = stage is Stage.CONTENT
    if isinstance(error, TimeoutError):
        return TryLater(
            "The mail server did not answer in time: see SMTP_HOST, SMTP_PORT and SMTP_SECURITY.", uncertain=uncertain
        )
    if isinstance(error, SMTPException) and "STARTTLS" in error.message:
        return TryLater("The mail server offers no STARTTLS: see SMTP_SECURITY and SMTP_PORT.")
    if isinstance(error, SMTPException) and stage is Stage.CONNECTING and not isinstance(error, ConnectionError):
        return TryLater("The mail server takes no such sign-in: see SMTP_USERNAME, SMTP_PASSWORD and SMTP_SECURITY.")
    if stage is Stage.CONNECTING:
        return TryLater("The mail server cannot be reached: see SMTP_HOST and SMTP_PORT.")
    return TryLater("The connection to the mail server was lost.", uncertain=uncertain)


def _answer(error: Exception) -> str:
    """Code and text of an answer, without the addresses that it may repeat."""
    if not isinstance(error, SMTPResponseException):
        return "no answer"
    return f"{error.code} {clean(_ADDRESS.sub('…', error.message), 160)}".strip().rstrip(".")


def _extended(error: SMTPResponseException) -> str:
    """The code of RFC 3463, e.g. 5.1.1, or nothing."""
    found = _EXTENDED.match(error.message)
    return found[1] if found else ""
