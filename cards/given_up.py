"""What could not be delivered to somebody else, told once to those who can be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import DeliveryKind, Value
from bot.model.telling import Ended, Telling
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, cell, columns, heading, run, table, text

SHOWN = 15
_WHAT = {DeliveryKind.CARD: "the card", DeliveryKind.NOTE: "a note", DeliveryKind.POST: "a message"}


class Lost(Value, frozen=True, kw_only=True):
    """One giving up, and the name of its receiver."""

    telling: Telling
    where: str


def given_up(lost: Sequence[Lost], now: datetime, *, name: str = "") -> Card:
    """All of them, the first spelt out; `name` is what the card is found by."""
    said = summary(lost)
    rows = [
        [
            [text(run(_what(each), bold=True)), text(each.where, spacing="None")],
            [text(f"{each.telling.text.rstrip('.') or 'no reason was told'}."), cell(_when(each, now), subtle=True)],
        ]
        for each in lost[:SHOWN]
    ]
    more = f"{words.count(len(lost) - SHOWN, 'more is', 'more are')} in the list." if len(lost) > SHOWN else ""
    return card(
        [
            columns(("stretch", [heading("Not delivered")]), name=name),
            text(said, subtle=True),
            table((4, 7), [[[cell("What, where to", bold=True)], [cell("Why", bold=True)]], *rows]),
            text(more, subtle=True) if more else None,
            buttons(button("What is undelivered", "undelivered")),
        ],
        fallback=said,
    )


def summary(lost: Sequence[Lost]) -> str:
    """The notification."""
    if len(lost) == 1:
        (one,) = lost
        return f"{_what(one)[:1].upper()}{_what(one)[1:]} did not reach {one.where}: {one.telling.text.rstrip('.')}."
    where = Counter(each.where for each in lost)
    named = next(iter(where)) if len(where) == 1 else words.count(len(where), "receiver")
    return f"{words.count(len(lost), 'message')} did not reach {named}."


def _what(lost: Lost) -> str:
    number = lost.telling.incident
    return _WHAT[lost.telling.what] + (f" of #{number}" if number else "")


def _when(lost: Lost, now: datetime) -> str:
    tries = f", after {words.count(lost.telling.attempts, 'attempt')}" if lost.telling.attempts > 1 else ""
    return f"{words.moment(lost.telling.at, now)}{tries}"


def example() -> Card:
    def lost(number: int, where: str, why: str) -> Lost:
        telling = Telling(
            id=number,
            incident=number,
            conversation_id="c",
            at=sample.NOW - timedelta(minutes=2),
            what=DeliveryKind.CARD,
            ended=Ended.GIVEN_UP,
            text=why,
        )
        return Lost(telling=telling, where=where)

    blocked = "Teams answered 403 ConversationBlockedByUser: The bot was blocked here"
    return given_up(
        [
            lost(7, "Bob Reader's chat", blocked),
            lost(9, "mail to iam@contoso.com", "The mail server knows no such mailbox"),
        ],
        sample.NOW,
    )
