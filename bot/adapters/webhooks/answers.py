"""What a status other than the one that was hoped for means for a delivery; the answer's own words are told to nobody."""

from __future__ import annotations

from datetime import datetime

from bot.adapters.webhooks.caller import Answer
from bot.adapters.wording import retry_after
from bot.ports import TryLater, Undeliverable

AGAIN = (408, 425, 429)
"""The only refusals that a repetition may change."""

_SENTENCES = {
    400: "it does not understand the call",
    401: "it does not accept the secret",
    403: "it does not let the bot do this",
    404: "there is nothing at its address",
    405: "its address takes no such call",
    410: "it wants no more calls",
    413: "the message is too large for it",
    422: "it does not take what the message says",
}


def failure(where: str, answer: Answer, now: datetime) -> TryLater | Undeliverable:
    """The error that an answer without success stands for."""
    status = answer.status
    after = retry_after(answer.headers, now)
    if status in AGAIN:
        return TryLater(f"{where} asks to wait ({status})", after=after)
    if status >= 500:
        return TryLater(f"{where} has a fault of its own ({status})", after=after, uncertain=True)
    if 300 <= status < 400:
        text = "it points to another address, which is not followed; give the final one"
        return Undeliverable(f"{where} answered {status}: {text}")
    sentence = _SENTENCES.get(status, "it does not take the message")
    return Undeliverable(f"{where} answered {status}: {sentence}", gone=status == 410)


def unclear(where: str, answer: Answer, wanted: str) -> TryLater:
    """For a success that is not the one that was `wanted`: a gateway's page, an instance that sleeps, a wrong address."""
    text = f"{where} answered {answer.status} where {wanted}: something else seems to answer at its address"
    return TryLater(text, uncertain=True)
