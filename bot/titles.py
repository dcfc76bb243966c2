"""What is wrong in a few words, for titles and facts of several rules."""

from __future__ import annotations

from bot.model import Advice, Cause, Failing


def in_short(cause: Cause, known: Advice) -> str:
    """E.g. `no licence is left (LicenseLimitExceeded)`; a code that nobody has words for stands alone."""
    code = f"{cause.code} on {cause.attribute}" if cause.attribute else cause.code
    return f"{known.short} ({code})" if known.short else code


def in_roles(group: Failing) -> tuple[tuple[str, str], ...]:
    """How many of those who fail hold a directory role, as a fact; none where nobody does, or it is not known."""
    holds = "holds a directory role" if group.in_roles == 1 else "hold directory roles"
    return (("Roles", f"{group.in_roles:,} of them {holds}"),) if group.in_roles else ()
