"""The way out: the deliverer, which draws cards and speaks through the receivers that there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.assembly.ways import Ways
from bot.model import Conversation, Incident
from bot.ports import Card

if TYPE_CHECKING:
    from bot.leading import Leading
    from bot.outbox import Deliverer
    from bot.pacing import Pacing
    from bot.routes import Routes

Sleep = Callable[[float], Awaitable[None]]


def deliverer(outside: Outside, ways: Ways, routes: Routes, leading: Leading, sleep: Sleep) -> Deliverer:
    """What empties the outbox."""
    from bot.outbox import Deliverer
    from bot.present import incident_card
    from cards.notes import summary

    def drawn(incident: Incident, place: Conversation) -> tuple[Card, str]:
        # Drawing a card costs as much as calling a webhook, and most webhooks are sent none.
        if place.id in ways.cardless:
            return {}, summary(incident)
        return incident_card(incident, outside.now(), people=routes.called(incident, place)), summary(incident)

    return Deliverer(
        store=outside.fenced,
        receivers=ways.receivers,
        render=drawn,
        now=outside.now,
        pacing=_pacing(outside),
        sleep=sleep,
        may_act=lambda: leading.may_act,
    )


def _pacing(outside: Outside) -> Pacing:
    from bot.pacing import Pacing

    settings = outside.settings
    return Pacing(outside.elapsed, in_all=((1, settings.teams_rate),), margin=settings.teams_margin)
