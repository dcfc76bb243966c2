"""The causes that beats use, with texts as Entra's log has them."""

from __future__ import annotations

from sandbox.trouble import Trouble

_REASONS = {
    "LicenseLimitExceeded": "The user '{address}' could not be created because no licence is available in the application.",
    "InternalServerError": "The application answered the request for '{address}' with HTTP 500. This is retried.",
    "EntryConflict": "Message: an account with the userName '{address}' exists already. HTTP status code 409.",
    "TooManyRequests": "The application answered the request for '{address}' with HTTP 429: too many requests.",
    "MandatoryFieldsMissing": "The required attribute 'department' has no value for '{address}'.",
}


def proxy_conflict() -> Trouble:
    """Two objects of the local directory hold the same mail address."""
    return Trouble(
        code="AttributeValueMustBeUnique",
        reason="Unable to update this object because the following attributes associated with this object have values "
        "that may already be associated with another object in your local directory services: "
        "[ProxyAddresses {value};]. Correct or remove the duplicate values in your local directory.",
    )


def by_code(code: str, reason: str = "") -> Trouble:
    """A cause with any error code; well-known ones bring their usual text."""
    usual = next(
        (text for known, text in _REASONS.items() if code.endswith(known)), "The change of '{address}' failed."
    )
    escaped = reason.replace("{", "{{").replace("}", "}}")
    create = code.endswith(("LicenseLimitExceeded", "EntryConflict", "MandatoryFieldsMissing"))
    return Trouble(code=code, reason=escaped or usual, action="create" if create else "update")


def expired_credential(prefix: str) -> Trouble:
    """The saved credential is refused.

    In a demonstration nobody can renew it, so to start or restart the job counts as having done so.
    """
    return Trouble(
        code=f"{prefix}InvalidCredentials",
        reason="The saved credentials were refused by the application: the password has expired. Renew it in the "
        "application, save it in the provisioning settings, and test the connection.",
        repaired_by=frozenset({"start", "restart"}),
    )


def no_active_agent() -> Trouble:
    """Agents are registered, but none is listening."""
    return Trouble(
        code="HybridIdentityServiceNoActiveAgents",
        reason="No active provisioning agent was found for the domain. Check that the agent's service is running.",
    )


def threshold(reason: str, *, repaired_by: str) -> Trouble:
    """A count was exceeded: the job stops for a reason, without an error."""
    return Trouble(code="", reason="", quarantine=reason, repaired_by=frozenset({repaired_by}))
