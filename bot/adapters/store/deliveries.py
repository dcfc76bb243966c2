"""Rows of the outbox as deliveries."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.model import Conversation, Delivery, DeliveryKind, Person, Posted

_person = msgspec.json.Decoder(Person).decode
_conversation = msgspec.msgpack.Decoder(Conversation).decode


def _posted(row: Any) -> Posted | None:
    return Posted(activity_id=row.activity_id, thread_id=row.thread_id) if row.activity_id else None


def card(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        kind=DeliveryKind.CARD,
        conversation=_conversation(row.conversation),
        incident=row.incident,
        revision=row.wanted,
        posted=_posted(row),
        attempts=row.attempts,
        uncertain=row.sending,
    )


def note(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        kind=DeliveryKind.NOTE,
        conversation=_conversation(row.conversation),
        incident=row.incident,
        text=row.text,
        mention=_person(row.mention) if row.mention else None,
        posted=_posted(row),
        attempts=row.attempts,
        uncertain=row.sending,
    )


def post(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        kind=DeliveryKind.POST,
        conversation=_conversation(row.conversation),
        incident=0,
        revision=row.revision,
        text=row.summary,
        posted=_posted(row),
        card=row.card,
        marker=row.marker,
        attempts=row.attempts,
        uncertain=row.sending,
    )
