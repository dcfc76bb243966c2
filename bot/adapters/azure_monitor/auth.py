"""Who may hand in alerts: whoever knows the secret in the path, and Azure Monitor itself with a token of the tenant."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import jwt

from bot.adapters.teams.keys import Keys
from bot.ports import Clock

LEEWAY = 300
"""Seconds that clocks may differ by."""


class Unauthorized(Exception):
    """The caller may not hand in alerts; the text is a sentence for them. `later`: our keys are the trouble."""

    def __init__(self, text: str, *, later: bool = False) -> None:
        super().__init__(text)
        self.later = later


class Secret:
    """A secret that stands in the path; "" lets nobody in."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def check(self, given: str) -> None:
        """Takes as long for a nearly right one as for any other. Raises Unauthorized."""
        same = hmac.compare_digest(given.encode("utf-8", "replace"), self._secret)
        if not self._secret or not same:
            raise Unauthorized("The secret in the path is not the one of ALERTS_SECRET.")


class Tokens:
    """Tokens that Entra gives Azure Monitor's action groups for this bot's own audience."""

    def __init__(
        self, *, tenant_id: str, audience: Sequence[str], sender: str, issuers: Sequence[str], keys: Keys, clock: Clock
    ) -> None:
        self._tenant_id, self._audience, self._sender = tenant_id.lower(), tuple(audience), sender.lower()
        self._issuers, self._keys, self._clock = frozenset(issuers), keys, clock

    async def check(self, header: str) -> None:
        """Raises Unauthorized."""
        if not self._audience:
            raise Unauthorized("Tokens are not taken here: ALERTS_AUDIENCE is empty. Put the secret into the path.")
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or not token:
            raise Unauthorized(
                "A token of the tenant is needed: use a secure webhook, or put the secret into the path."
            )
        claims = await self._verified(token)
        sender = claims.get("azp") or claims.get("appid")
        if claims.get("iss") not in self._issuers or str(claims.get("tid", "")).lower() != self._tenant_id:
            raise Unauthorized("The token is not of this tenant.")
        if str(sender).lower() != self._sender:
            raise Unauthorized("The token was not given to Azure Monitor's action groups.")
        if not _in_time(claims, self._clock()):
            raise Unauthorized("The token is not valid now.")

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that is signed by the tenant, for our audience."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.get(key_id if isinstance(key_id, str) else None)
            # The time is held against our own clock, and the issuer against several.
            own = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "iss", "aud"]}
            return jwt.decode(token, key.public_key, algorithms=["RS256"], audience=self._audience, options=own)  # pyright: ignore[reportArgumentType]
        except LookupError:
            later = bool(self._keys.problem)
            raise Unauthorized("The token is signed by a key that is not known here.", later=later) from None
        except jwt.InvalidAudienceError:
            raise Unauthorized("The token is for another audience than ALERTS_AUDIENCE.") from None
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthorized("The token is not valid here.") from None


def _in_time(claims: dict[str, Any], now: datetime) -> bool:
    ends, begins = claims["exp"], claims.get("nbf", 0)
    if not isinstance(ends, (int, float)) or not isinstance(begins, (int, float)):
        return False
    return begins - LEEWAY <= now.timestamp() < ends + LEEWAY
