"""What has not reached those it is for: given up, waiting for what is closed, late, or on its way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot import routes
from bot.doctor import Patient, check, fault, note, well
from bot.model import ConversationKind, DeliveryState, Diagnosis, Undelivered
from bot.model.telling import Backlog
from bot.route_words import closed, where
from cards.words import count, duration

TOPIC = "Deliveries"
LATE = timedelta(minutes=5)
SHOWN = 5
"""Receivers that are named in a sentence, or told of one by one."""

_ASIDE = {
    ConversationKind.EMAIL: "the mail server works and can be reached",
    ConversationKind.WEBHOOK: "it works and can be reached",
}
_TEAMS = "Teams can be reached"


@check(TOPIC, order=90)
async def deliveries(patient: Patient) -> AsyncIterator[Diagnosis]:
    now = patient.now()
    async with patient.store.look() as tx:
        owed, backlogs = await tx.owing.all(), await tx.owing.backlogs(now - LATE)
        names = await routes.names(tx)
    if not owed:
        yield well(TOPIC, "Everything has been delivered.")
    for each in owed:
        if each.state is DeliveryState.DEAD:
            yield _given_up(each)
    active = [each for each in backlogs if each.conversation.active]
    shut = sorted(
        (each for each in backlogs if not each.conversation.active), key=lambda each: each.conversation.in_teams
    )
    for said in _closed(shut, names):
        yield said
    for some in _together(each for each in active if each.late):
        yield fault(TOPIC, _late(some, names, now))
    if soon := sum(each.count - each.late for each in active):
        are = "is on its" if soon == 1 else "are on their"
        on_the_way = [each for each in active if each.count > each.late]
        yield note(TOPIC, f"{count(soon, 'delivery', 'deliveries')} {are} way: {_named(on_the_way, names)}.")


def _given_up(each: Undelivered) -> Diagnosis:
    mend = "The command undelivered lists them; once the reason is mended, undelivered retry all sends them again."
    return fault(
        TOPIC, f"{count(each.count, each.kind.value)} given up, the last because: {each.reason.rstrip('.')}. {mend}"
    )


def _closed(some: Sequence[Backlog], names: Mapping[str, str]) -> Iterator[Diagnosis]:
    """One by one: a webhook or a mail address is to be mended, what somebody removed in Teams is theirs to bring back."""
    for each in some[:SHOWN]:
        place = each.conversation
        tell = note if place.in_teams else fault
        what = f"{count(each.count, 'delivery waits', 'deliveries wait')} for {where(place.id, place, names)}"
        yield tell(TOPIC, f"{what}, where nothing arrives: {closed(place).rstrip('.')}.")
    if left := some[SHOWN:]:
        more = sum(each.count for each in left)
        yield note(
            TOPIC,
            f"{count(more, 'more delivery waits', 'more deliveries wait')} for {count(len(left), 'other receiver')} "
            "where nothing arrives; the command undelivered lists them.",
        )


def _together(late: Iterable[Backlog]) -> Iterable[Sequence[Backlog]]:
    """What one cause may hold up: each webhook by itself, all mail, all of Teams."""
    found: dict[str, list[Backlog]] = {}
    for each in late:
        kind = each.conversation.kind
        alone = each.conversation.id if kind is ConversationKind.WEBHOOK else ""
        found.setdefault(alone or _ASIDE.get(kind, _TEAMS), []).append(each)
    return found.values()


def _late(some: Sequence[Backlog], names: Mapping[str, str], now: datetime) -> str:
    """How much waits, where, for how long, and what to look at."""
    late = sum(each.late for each in some)
    age = duration(max((now - each.since for each in some if each.since), default=timedelta()))
    what = f"{count(late, 'delivery waits', 'deliveries wait')} for {_named(some, names, late=True)}"
    since = f"for {age}" if late == 1 else f"the oldest for {age}"
    tries = count(max(each.attempts for each in some), "attempt")
    look = _ASIDE.get(some[0].conversation.kind, _TEAMS)
    return f"{what}, {since} by now, after {tries}: see whether {look} from here. The command undelivered lists what waits."


def _named(some: Sequence[Backlog], names: Mapping[str, str], *, late: bool = False) -> str:
    """The receivers, and how much waits for each where there are several."""
    said = [
        where(each.conversation.id, each.conversation, names)
        + (f" ({each.late if late else each.count - each.late:,})" if len(some) > 1 else "")
        for each in some[:SHOWN]
    ]
    more = [count(len(some) - SHOWN, "other receiver")] if len(some) > SHOWN else []
    return ", ".join([*said, *more])
