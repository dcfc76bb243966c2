"""What did not arrive: waiting for what is closed, given up or late; where to, why and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Conversation, ConversationKind, DeliveryKind, Value
from bot.model.telling import Backlog, Pending
from bot.places import refusal
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text


class Missed(Value, frozen=True, kw_only=True):
    """One delivery, the name of its receiver, and why nothing arrives there at all, if that is so."""

    what: Pending
    where: str
    closed: str = ""


class Closed(Value, frozen=True, kw_only=True):
    """What waits for a receiver that is closed to the bot; `why` says also what opens it again."""

    what: Backlog
    where: str
    why: str


class UndeliveredPage(Value, frozen=True, kw_only=True):
    """Some of all that is listed, and how much was given up (`dead`), waits for what is `closed`, or is `waiting` for its
    turn, some of it for long (`late`); `asked` is the page that was asked for.
    """

    some: Sequence[Missed | Closed] = ()
    dead: int = 0
    late: int = 0
    waiting: int = 0
    closed: int = 0
    page: int = 1
    pages: int = 1
    asked: int = 1
    may_retry: bool = False


def undelivered(found: UndeliveredPage, now: datetime) -> Card:
    """What did not arrive, a page at a time."""
    said = words.beyond(found.asked, found.pages) + _summary(found)
    body = [heading("Undelivered"), text(said, subtle=bool(found.some))]
    if not found.some:
        return card(body, fallback=said)
    return card(
        [
            *body,
            table((6, 8), [_HEADER, *(_row(each, now) for each in found.some)]),
            buttons(
                button("More", "undelivered", f"--page {found.page + 1}") if found.page < found.pages else None,
                button("Try all again", "undelivered-retry", "all") if found.may_retry else None,
            ),
        ],
        fallback=said,
    )


_HEADER = [[cell(name, bold=True)] for name in ("What, where to", "Why")]


def _summary(found: UndeliveredPage) -> str:
    soon = found.waiting - found.late
    listed = [
        f"{words.count(found.dead, 'delivery was', 'deliveries were')} given up" if found.dead else "",
        f"{words.count(found.closed, 'waits', 'wait')} for a receiver that is closed" if found.closed else "",
        f"{words.count(found.late, 'waits', 'wait')} for more than 5 minutes" if found.late else "",
    ]
    if any(listed):
        more = f"{words.count(soon, 'more is on its', 'more are on their')} way" if soon else ""
        return f"{', '.join(part for part in (*listed, more) if part)}."
    if soon:
        return (
            f"{words.count(soon, 'delivery is on its', 'deliveries are on their')} way, none for longer than 5 minutes."
        )
    return "Everything has been delivered."


def _row(each: Missed | Closed, now: datetime) -> list[list[Element]]:
    return _closed(each, now) if isinstance(each, Closed) else _missed(each, now)


def _closed(each: Closed, now: datetime) -> list[list[Element]]:
    about = [text(run(each.where, bold=True)), text(words.count(each.what.count, "waits", "wait"), spacing="None")]
    if each.what.since is not None:
        about.append(text(f"since {words.since(each.what.since, now)}", subtle=True, spacing="None"))
    return [about, [text(f"Nothing arrives there: {each.why.rstrip('.')}.")]]


def _missed(missed: Missed, now: datetime) -> list[list[Element]]:
    what = missed.what
    about = [
        text(run(f"{what.name} ", subtle=True), run(name(what), bold=True)),
        text(missed.where, spacing="None"),
    ]
    if what.since is not None:
        about.append(text(f"since {words.since(what.since, now)}", subtle=True, spacing="None"))
    why = [text(_why(missed, now))]
    if what.dead and missed.closed and missed.closed.rstrip(".") not in what.dead:
        why.append(text(f"Nothing arrives there: {missed.closed.rstrip('.')}.", subtle=True, spacing="None"))
    return [about, why]


def name(what: Pending) -> str:
    """What it is, in words."""
    if what.kind is DeliveryKind.POST:
        return what.text or "A message"
    if what.kind is DeliveryKind.NOTE:
        return f"A note under #{what.incident}"
    return f"News on the card of #{what.incident}" if what.posted else f"The card of #{what.incident}"


def _why(missed: Missed, now: datetime) -> str:
    what = missed.what
    if what.dead:
        return f"Given up: {what.dead.rstrip('.')}."
    tries = f"Waits after {words.count(what.attempts, 'attempt')}" if what.attempts else "Waits for its turn"
    until = what.not_before
    return f"{tries}; the next try is {words.coming(until, now)}." if until and until > now else f"{tries}."


def example() -> Card:
    place = Conversation(id="19:general@thread.tacv2", tenant_id="t", service_url="")
    at = sample.NOW - timedelta(minutes=41)
    refused = "Teams answered 403 ConversationBlockedByUser: The bot was blocked here"
    desk = Conversation(id="webhook:old", tenant_id="t", service_url="", kind=ConversationKind.WEBHOOK, active=False)
    some = (
        Closed(
            what=Backlog(conversation=desk, count=7, late=7, since=at),
            where="webhook old",
            why=refusal(desk, "The webhook old answered 410: it wants no more calls"),
        ),
        Missed(
            what=Pending(kind=DeliveryKind.CARD, id=12, incident=7, conversation=place, dead=refused, since=at),
            where="Bob Reader's chat",
            closed="The bot was blocked here",
        ),
        Missed(
            what=Pending(
                kind=DeliveryKind.NOTE,
                id=40,
                incident=7,
                conversation=place,
                since=at,
                attempts=9,
                not_before=sample.NOW + timedelta(minutes=4),
            ),
            where="webhook desk",
        ),
        Missed(
            what=Pending(
                kind=DeliveryKind.POST,
                id=3,
                incident=0,
                conversation=place,
                since=at,
                dead="It failed in an unforeseen way 8 times; the log has why under 5f0c2a17",
                text="Provisioning in the last day: 99.2 % got through, 3 open",
            ),
            where="General in Identity",
        ),
    )
    found = UndeliveredPage(some=some, dead=2, late=1, waiting=9, closed=7, may_retry=True)
    return undelivered(found, sample.NOW)
