"""Tells a row about an object that left its job's scope from one that was merely skipped."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bot.sources.rows import Facts
from bot.sources.words import STEP_STATUSES, STEP_TYPES, known

_REASONS = re.compile(r"NotEffectivelyEntitled|NotInScope|OutOfScope|FilterExternalUsers", re.IGNORECASE)
_SENTENCES = re.compile(
    r"not effectively entitled|\b(is|are) (not in|out of|outside( of)?) (the )?(provisioning )?scope\b", re.IGNORECASE
)
# Details of a scoping step that say "False" of an object that is out of scope.
_JUDGEMENTS = ("IsEffectivelyEntitledForProvisioning", "IsInProvisioningScope")


def out_of_scope(facts: Facts) -> bool:
    """Whether a skipped row says so, in its code, its reason, or a step's details."""
    if _REASONS.search(facts.error_code or "") or _SENTENCES.search((facts.reason or "")[:2_000]):
        return True
    return any(_step_says_so(step.provisioning_step_type, step.status, step.details) for step in facts.steps)


def _step_says_so(kind: str | int | None, status: str | int | None, raw: msgspec.Raw) -> bool:
    told = details(raw)
    if _REASONS.search(str(told.get("SkipReason", ""))):
        return True
    if known(kind, STEP_TYPES) != "scoping":
        return False
    if known(status, STEP_STATUSES) == "skipped" and "SkipReason" not in told:
        return True
    return any(name.startswith(_JUDGEMENTS) and str(value).lower() == "false" for name, value in told.items())


def details(raw: msgspec.Raw) -> dict[str, Any]:
    """A step's details; none where they are no object."""
    if not bytes(raw):
        return {}
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]
