"""An incident's card with all that it needs: the one way in which it is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.causes import advice
from bot.model import Advice, Incident
from bot.ports import Card
from cards.incident import incident as draw

# What failed before the bot looked at all says nothing about how quick it is.
LATEST = timedelta(hours=1)


def incident_card(incident: Incident, now: datetime) -> Card:
    """The card as it should look now."""
    return draw(incident, advice_for(incident), now, seen_after=_seen_after(incident))


def advice_for(incident: Incident) -> Advice:
    """What is known of the incident's cause."""
    quarantine = incident.evidence.quarantine
    if incident.alert.cause is None and quarantine is not None:
        return advice(quarantine.error_code or quarantine.reason, quarantine.error_message)
    code = incident.alert.cause.code if incident.alert.cause else ""
    examples = incident.evidence.examples
    return advice(code, examples[0].reason if examples else "")


def _seen_after(incident: Incident) -> timedelta | None:
    if incident.evidence.first_seen is None:
        return None
    after = incident.opened_at - incident.evidence.first_seen
    return after if timedelta() <= after <= LATEST else None
