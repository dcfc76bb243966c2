"""Says in one sentence why Entra ID gave the bot no token; the words name the setting, never its value."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from bot.ports import SourceDown

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

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
    why = meaning(error)
    return None if why is None else SourceDown(f"{service} cannot be read: {why}.")


def meaning(error: Exception) -> str | None:
    """Why there is no token, as the rest of a sentence; None where the error is of another kind."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    if not isinstance(error, AzureError):
        return None
    refusal = next((each for each in _chain(error) if isinstance(each, ClientAuthenticationError)), None)
    if refusal is None:
        return f"the sign-in service could not be reached ({_kind(error)})"
    found = re.search(r"AADSTS(\d+)", str(refusal))
    code = found.group(1) if found else ""
    why = _MEANINGS.get(code, "Entra ID gave the bot no token; check TENANT_ID, APP_ID and APP_SECRET")
    return f"{why} (AADSTS{code})" if code else why


def signing_in(credential: AsyncTokenCredential, scopes: Mapping[str, str]) -> Callable[[str], Awaitable[None]]:
    """What asks for a token of one of the scopes, by its name. Raises SourceDown, whose text is the reason alone."""

    async def sign_in(name: str) -> None:
        try:
            await credential.get_token(scopes[name])
        except Exception as error:
            if (why := meaning(error)) is None:
                raise
            raise SourceDown(why) from None

    return sign_in


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it wraps: the SDKs raise their own around the credential's."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def _kind(error: Exception) -> str:
    return type(error.__cause__ or error.__context__ or error).__name__
