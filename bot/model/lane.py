"""What is delivered one after the other, so that whoever reads it hears of things in their order."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model.base import Value
from bot.model.teams import Delivery, DeliveryKind
from bot.model.telling import Pending


class Lane(Value, frozen=True, kw_only=True):
    """In Teams a whole conversation (`about` is ""); elsewhere what is about one incident there, or one report."""

    place: str
    about: str = ""


def lane_of(delivery: Delivery | Pending) -> Lane:
    """Where a delivery waits for those before it."""
    place = delivery.conversation
    if place.in_teams:
        return Lane(place=place.id)
    about = f"{delivery.id}." if delivery.kind is DeliveryKind.POST else str(delivery.incident)
    return Lane(place=place.id, about=about)


def by_lane(due: Iterable[Delivery]) -> dict[Lane, list[Delivery]]:
    """What belongs to each lane, in the order in which it comes."""
    lanes: dict[Lane, list[Delivery]] = {}
    for each in sorted(due, key=lambda delivery: delivery.conversation.id):
        lanes.setdefault(lane_of(each), []).append(each)
    return lanes
