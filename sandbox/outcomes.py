"""How a change of one object can end."""

from __future__ import annotations

import msgspec

from sandbox.trouble import Failing


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a change of one object ended: what was done, and what was wrong where something was."""

    action: str = "update"
    status: str = "success"
    code: str = ""
    reason: str = ""
    step: str = "export"
    category: str = ""
    details: tuple[tuple[str, str], ...] = ()
    property: str = "department"
    old: str | None = None
    new: str | None = None


UNCHANGED = Outcome(
    action="other",
    status="skipped",
    code="RedundantExport",
    reason="The state of the user in both the source and target systems already match. No change was made to the user.",
    category="success",
    details=(("SkipReason", "RedundantExport"),),
)
OUT_OF_SCOPE = Outcome(
    action="other",
    status="skipped",
    code="NotEffectivelyEntitled",
    reason="The user is not in the scope of this job.",
    step="scoping",
    category="success",
    details=(
        ("SkipReason", "NotEffectivelyEntitled"),
        ("IsActive", "True"),
        ("Assigned", "False"),
        ("IsEffectivelyEntitledForProvisioning", "False"),
        ("IsInProvisioningScopeDisplayName", "False"),
    ),
)
ASSIGNED_IN_VAIN = Outcome(
    action="other",
    status="skipped",
    code="NotEffectivelyEntitled",
    reason="This object does not have required entitlement for provisioning.",
    step="scoping",
    category="success",
    details=(
        ("SkipReason", "NotEffectivelyEntitled"),
        ("IsActive", "True"),
        ("Assigned", "True"),
        ("IsEffectivelyEntitledForProvisioning", "False"),
        ("IsInProvisioningScopeDisplayName", "True"),
    ),
)

LOST_MEMBERS = Outcome(
    action="update",
    status="skipped",
    code="UnableToResolveReferenceAttributeValue",
    reason="Unable to resolve reference attribute 'member': a referenced object is not provisioned in the target.",
    step="referenceResolution",
    category="nonServiceFailure",
)


def failed(failing: Failing) -> Outcome:
    """The outcome of trying a failing object once more."""
    trouble = failing.trouble
    return Outcome(
        action=trouble.action,
        status=trouble.status,
        code=trouble.code,
        reason=trouble.text(failing.subject, failing.value),
        step=trouble.step,
        category=trouble.category,
    )
