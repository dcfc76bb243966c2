"""Says in one sentence why Entra ID gave the bot no token; the words name the setting, never its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ports import SourceDown

_MEANINGS = {
    "7000215": "APP_SECRET is wrong: Entra ID does not accept it for APP_ID. Copy the secret's value, not its id",
    "7000222": "APP_SECRET has expired. Add a new client secret to the app registration",
    "700016": "APP_ID is not an application of the tenant in TENANT_ID",
    "7000229": "the app registration APP_ID has no service principal in the tenant in TENANT_ID",
    "90002": "TENANT_ID is not a tenant that Entra ID knows",
    "900023": "TENANT_ID is not a tenant that Entra ID knows",
    "53003": "a Conditional Access policy keeps APP_ID from signing in",
}


def explain(error: Exception, service: str) -> SourceDown | None:
    """What a sign-in error means for a service that is to be read; None where it is another kind of error."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    if not isinstance(error, AzureError):
        return None
    refusal = next((each for each in _chain(error) if isinstance(each, ClientAuthenticationError)), None)
    if refusal is None:
        return SourceDown(f"{service} cannot be read: the sign-in service could not be reached ({_kind(error)}).")
    found = re.search(r"AADSTS(\d+)", str(refusal))
    code = found.group(1) if found else ""
    meaning = _MEANINGS.get(code, "Entra ID gave the bot no token; check TENANT_ID, APP_ID and APP_SECRET")
    return SourceDown(f"{service} cannot be read: {meaning}{f' (AADSTS{code})' if code else ''}.")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it wraps: the SDKs raise their own around the credential's."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def _kind(error: Exception) -> str:
    return type(error.__cause__ or error.__context__ or error).__name__
