"""What deliveries of one Azure Monitor alert add up to, in whatever order and however often they come."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.model import AzureAlert


def merged(before: AzureAlert | None, heard: AzureAlert) -> AzureAlert:
    """The alert after one more delivery.

    Of the times of firing and of resolving the newest counts, so neither order nor repetition matters. The texts are
    those of the newest firing.
    """
    if before is None:
        return heard
    fired, resolved = _newest(before.fired_at, heard.fired_at), _newest(before.resolved_at, heard.resolved_at)
    base = heard if _tells_more(before, heard) else before
    return replace(base, began=max(before.began, heard.began), fired_at=fired, resolved_at=resolved)


def _tells_more(before: AzureAlert, heard: AzureAlert) -> bool:
    """What fires tells more than what resolves, and a later firing more than an earlier one."""
    if heard.fired_at is None:
        return False
    return before.fired_at is None or heard.fired_at > before.fired_at


def _newest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)
