"""Rows that hide trouble though nothing fails: links and people that were lost on the way, deletions that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from bot.ledger import STAGED, Key, key_of
from bot.model import ProvisioningEvent

LOST = "UnableToResolveReferenceAttributeValue"
"""Entra's code where a manager or a member could not be found in the target: the row says skipped, the link is lost."""

NOT_ENTITLED = "NotEffectivelyEntitled"
"""Entra's reason for a skip; of an object that is assigned, it says that the assignment does not work."""

_MOMENT = timedelta(microseconds=1)


def hidden(events: Iterable[ProvisioningEvent]) -> dict[Key, list[ProvisioningEvent]]:
    """Such rows by object, each with a code that says what is hidden."""
    found: dict[Key, list[ProvisioningEvent]] = {}
    for event in events:
        if (code := STAGED if event.action == STAGED else event.hides) != "":
            found.setdefault(key_of(event), []).append(_named(event, code))
    return found


def _named(event: ProvisioningEvent, code: str) -> ProvisioningEvent:
    # The row of an object that is assigned in vain says also that nothing fails about it, which must not clear this.
    return replace(event, error_code=code, at=event.at + _MOMENT if event.out_of_scope else event.at)
