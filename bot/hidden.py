"""Rows that hide trouble though nothing fails: members that were lost on the way, deletions that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bot.ledger import STAGED, Key, key_of
from bot.model import ProvisioningEvent

LOST = "UnableToResolveReferenceAttributeValue"
"""Entra's code where a manager or a member could not be found in the target: the row says skipped, the link is lost."""


def hidden(events: Iterable[ProvisioningEvent]) -> dict[Key, list[ProvisioningEvent]]:
    """Such rows by object, each with a code that says what is hidden."""
    found: dict[Key, list[ProvisioningEvent]] = {}
    for event in events:
        if event.action == STAGED or (event.status == "skipped" and event.error_code and _is_lost(event)):
            found.setdefault(key_of(event), []).append(_named(event))
    return found


def _named(event: ProvisioningEvent) -> ProvisioningEvent:
    return msgspec.structs.replace(event, error_code=STAGED) if event.action == STAGED else event


def _is_lost(event: ProvisioningEvent) -> bool:
    return event.error_code.lower().endswith(LOST.lower())
