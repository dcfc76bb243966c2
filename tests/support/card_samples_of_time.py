"""Variants of the cards about people and time: storms, silence, escalations, and incidents with more than a card holds."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.model import Asked, Incident, Person, Severity, Sheet, Waiting
from bot.model.held import Duty, Preferences, Why
from bot.ports import Card
from bot.present import incident_card
from cards import sample
from cards.digest import Gathered, digest
from cards.incident import incident
from cards.incident_rows import rows_of
from cards.oncall import Rota, oncall
from cards.quiet import Peace, quiet

NOW = sample.NOW
ADA = Person(id="a", name="Ada *Admin*")
BOB = Person(id="b")


def storm(count: int) -> Gathered:
    """So many incidents within three minutes."""
    found = tuple(replace(sample.ADDRESSES_CLASH, number=100 + at) for at in range(count))
    return Gathered(incidents=found, why=frozenset({Why.STORM}), since=NOW - timedelta(minutes=3), until=NOW)


def waiting(asked: int, *, spent: bool = False) -> Incident:
    """Nobody has taken it, and so many were asked."""
    before = tuple(Asked(person=ADA, at=NOW - timedelta(minutes=at)) for at in range(asked, 0, -1))
    due = None if spent else NOW + timedelta(minutes=15)
    after = Waiting(since=sample.BEGAN, asked=before, spent=spent, next=None if spent else BOB, next_at=due)
    return replace(sample.IN_QUARANTINE, waiting=after)


def unreached(*, alone: bool) -> Incident:
    """Nobody of those on call could be reached; unless they are alone, one of them was asked then."""
    why = "Teams answered 403 ConversationBlockedByUser: The bot was blocked here. It goes on as soon as somebody unblocks it."
    gone = Person(id="33333333-3333-4333-8333-333333333333")
    lost = tuple(Asked(person=each, at=NOW, missed=why) for each in (ADA, gone, BOB, replace(gone, id="d")))
    after = Waiting(since=sample.BEGAN, asked=lost if alone else (*lost, Asked(person=BOB, at=NOW)), spent=True)
    return replace(sample.IN_QUARANTINE, waiting=after)


def overfull(columns: int, rows: int, facts: int = 3) -> Incident:
    """A rule found more than a card holds."""
    wide = Sheet(
        columns=tuple(f"Column number {at} of them all" for at in range(columns)),
        rows=tuple(tuple(f"value {at} of row {row} " * 4 for at in range(columns)) for row in range(rows)),
        more=1_234,
    )
    told = tuple((f"Fact {at}", "It is quite long. " * 20) for at in range(facts))
    return replace(sample.ADDRESSES_CLASH, evidence=replace(sample.ADDRESSES_CLASH.evidence, sheet=wide, facts=told))


def cards_of_time() -> dict[str, Card]:
    """By name."""
    nobody, muted = Preferences(person_id="a", zone="UTC"), NOW + timedelta(hours=2)
    duty = Duty(people=(ADA, BOB), severity=Severity.CRITICAL)
    return {
        "digest-storm": digest(storm(60), "storm/1"),
        "digest-many": digest(replace(storm(400), why=frozenset({Why.MUTED, Why.STORM})), "quiet/1"),
        "quiet-none": quiet(Peace(wishes=nobody, chat=False), NOW),
        "quiet-muted": quiet(Peace(wishes=replace(nobody, muted_until=muted), until=muted, held=tuple(range(40))), NOW),
        "oncall-nobody": oncall(Rota(duty=None), NOW),
        "oncall-settings": oncall(Rota(duty=duty, waits=(waiting(0),) * 20, spent=(waiting(9, spent=True),)), NOW),
        "oncall-unreached": oncall(
            Rota(duty=duty, spent=(unreached(alone=True),), unreached={"a": "The bot was *blocked* here. " * 20}), NOW
        ),
        "incident-not-reached": incident(unreached(alone=False), sample.PASSWORD_ADVICE, NOW),
        "incident-nobody-reached": incident(unreached(alone=True), sample.PASSWORD_ADVICE, NOW),
        "incident-escalates": incident(waiting(5), sample.PASSWORD_ADVICE, NOW),
        "incident-escalated-in-vain": incident(waiting(9, spent=True), sample.PASSWORD_ADVICE, NOW),
        "incident-of-many-rows": incident_card(overfull(6, 200), NOW),
        "incident-of-many-columns": incident_card(overfull(400, 3, facts=60), NOW),
        "incident-rows": rows_of(overfull(6, 200), 3),
        "incident-rows-wide": rows_of(overfull(400, 30), 99),
        "incident-rows-none": rows_of(sample.IN_QUARANTINE, 1),
    }
