"""What did not arrive: given up or still waiting, where to, why and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Conversation, DeliveryKind, Value
from bot.model.telling import Pending
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text


class Missed(Value, frozen=True, kw_only=True):
    """One delivery, the name of its receiver, and why nothing arrives there at all, if that is so."""

    what: Pending
    where: str
    closed: str = ""


def undelivered(
    some: Sequence[Missed],
    now: datetime,
    *,
    dead: int,
    late: int,
    page: int = 1,
    pages: int = 1,
    asked: int = 1,
    may_retry: bool = False,
) -> Card:
    """A page of all that was given up (`dead`) or is late; `asked` is the page that was asked for."""
    said = words.beyond(asked, pages) + _summary(dead, late)
    body = [heading("Undelivered"), text(said, subtle=bool(some))]
    if not some:
        return card(body, fallback=said)
    return card(
        [
            *body,
            table((6, 8), [_HEADER, *(_row(each, now) for each in some)]),
            buttons(
                button("More", "undelivered", f"--page {page + 1}") if page < pages else None,
                button("Try all again", "undelivered-retry", "all") if dead and may_retry else None,
            ),
        ],
        fallback=said,
    )


_HEADER = [[cell(name, bold=True)] for name in ("What, where to", "Why")]


def _summary(dead: int, late: int) -> str:
    if not dead and not late:
        return "Everything has been delivered, or is on its way."
    parts = [
        f"{words.count(dead, 'delivery was', 'deliveries were')} given up" if dead else "",
        f"{words.count(late, 'waits', 'wait')} for more than 5 minutes" if late else "",
    ]
    return f"{', '.join(part for part in parts if part)}."


def _row(missed: Missed, now: datetime) -> list[list[Element]]:
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
    return f"{tries}; the next try is at {words.moment(until, now)}." if until and until > now else f"{tries}."


def example() -> Card:
    place = Conversation(id="19:general@thread.tacv2", tenant_id="t", service_url="")
    at = sample.NOW - timedelta(minutes=41)
    refused = "Teams answered 403 ConversationBlockedByUser: The bot was blocked here"
    some = (
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
    return undelivered(some, sample.NOW, dead=2, late=1, may_retry=True)
