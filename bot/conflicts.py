"""Conflicts: which attribute, and which value of it, two objects both want, as an error's text tells it."""

from __future__ import annotations

import re

_ATTRIBUTES = {
    name.lower(): name
    for name in (
        "proxyAddresses",
        "userPrincipalName",
        "mail",
        "mailNickname",
        "sAMAccountName",
        "employeeId",
        "externalId",
        "userName",
        "onPremisesImmutableId",
        "sourceAnchor",
    )
}
_ATTRIBUTE = re.compile(rf"\b({'|'.join(_ATTRIBUTES)})\b", re.IGNORECASE)
_VALUE = re.compile(
    r"(?:smtp:|sip:|x500:)?[^\s'\"\[\]<>;,:]+@[^\s'\"\[\]<>;,]+[^\s'\"\[\]<>;,.]|'([^']{1,200})'", re.IGNORECASE
)


def conflict(reason: str) -> tuple[str, str]:
    """The attribute and the value in conflict as a reason's text tells them; "" where it does not."""
    named = _ATTRIBUTE.search(reason)
    if named is None:
        return "", ""
    after = _VALUE.search(reason, named.end()) or _VALUE.search(reason)
    value = (after.group(1) or after.group(0)) if after else ""
    return _ATTRIBUTES[named.group(1).lower()], value
