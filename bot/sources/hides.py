"""Finds what a row hides that says skipped: links that were lost on the way, and people who are assigned all the same."""

from __future__ import annotations

from msgspec import Raw

from bot.hidden import LOST, NOT_ENTITLED
from bot.sources.rows import Facts
from bot.sources.scope import details

_LOST = LOST.lower()
_ASSIGNED = b"Assigned"
_ENTITLED, _IN_SCOPE = "IsEffectivelyEntitledForProvisioning", "IsInProvisioningScope"


def hides(facts: Facts) -> str:
    """The code of what a skipped row hides; "" for most, which hide nothing."""
    if (facts.error_code or "").lower().endswith(_LOST) or any(
        _says_lost(step.name, step.details) for step in facts.steps
    ):
        return LOST
    if not any(_ASSIGNED in bytes(step.details) for step in facts.steps):
        return ""
    found = {name: str(value).lower() for step in facts.steps for name, value in details(step.details).items()}
    return NOT_ENTITLED if _is_assigned_in_vain(found) else ""


def _says_lost(name: str | None, raw: Raw) -> bool:
    return _LOST in (name or "").lower() or _LOST.encode() in bytes(raw).lower()


def _is_assigned_in_vain(found: dict[str, str]) -> bool:
    """Active, assigned, not kept out by a filter, and still not entitled: nobody wanted that."""
    filtered = any(name.startswith(_IN_SCOPE) and value == "false" for name, value in found.items())
    return (
        found.get("Assigned") == "true"
        and found.get("IsActive") != "false"
        and not filtered
        and (found.get(_ENTITLED) == "false" or found.get("SkipReason") == NOT_ENTITLED.lower())
    )
