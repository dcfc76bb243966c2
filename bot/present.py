"""An incident's card with all that it needs: the one way in which it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.causes import advice
from bot.model import Advice, Incident
from bot.ports import Card
from cards.elements import Somebody
from cards.incident import incident as draw
from cards.incident import lean

# What failed before the bot looked at all says nothing about how quick it is.
LATEST = timedelta(hours=1)


def incident_card(incident: Incident, now: datetime, *, people: Sequence[Somebody] = ()) -> Card:
    """The card as it should look now; `people` are called on it."""
    try:
        return draw(incident, advice_for(incident), now, seen_after=_seen_after(incident), people=people)
    except ValueError:
        # A rule may find more than a card holds, and a card that Teams refuses tells nobody anything.
        return draw(lean(incident), advice_for(incident), now, seen_after=_seen_after(incident), people=people)


def advice_for(incident: Incident) -> Advice:
    """What is known of the incident's cause."""
    quarantine = incident.evidence.quarantine
    if incident.alert.cause is None and quarantine is not None:
        return advice(quarantine.error_code or quarantine.reason, quarantine.error_message)
    code = incident.alert.cause.code if incident.alert.cause else ""
    examples = incident.evidence.examples
    return advice(code, examples[0].reason if examples else "")


def _seen_after(incident: Incident) -> timedelta | None:
    if incident.evidence.first_seen is None or not _of_rows(incident):
        return None
    after = incident.opened_at - incident.evidence.first_seen
    return after if timedelta() <= after <= LATEST else None


def _of_rows(incident: Incident) -> bool:
    """Whether it was read out of a log: what a job's state, the directory or the bot itself tells has no row."""
    rows = incident.evidence.sheet
    return bool(incident.evidence.examples) or (rows is not None and bool(rows.home and rows.rows))
