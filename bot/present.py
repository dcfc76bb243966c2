"""An incident's card with all that it needs: the one way in which it is drawn."""

from __future__ import annotations

from datetime import datetime

from bot.causes import advice
from bot.model import Advice, Incident
from bot.ports import Card
from cards.incident import incident as draw


def advice_for(incident: Incident) -> Advice:
    """What is known of the incident's cause."""
    quarantine = incident.evidence.quarantine
    if incident.alert.cause is None and quarantine is not None:
        return advice(quarantine.error_code or quarantine.reason, quarantine.error_message)
    code = incident.alert.cause.code if incident.alert.cause else ""
    examples = incident.evidence.examples
    return advice(code, examples[0].reason if examples else "")


def incident_card(incident: Incident, now: datetime) -> Card:
    return draw(incident, advice_for(incident), now)
