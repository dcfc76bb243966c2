"""Who may speak to the bot: botbuilder's validation of tokens, with its gaps closed.

botbuilder lets a token without `exp` in, and skips its check of the service URL where the activity names none; its
exceptions are of many kinds. Here every one of them means 401, and the claims are looked at once more.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime
from typing import Any, NoReturn, cast

from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    ClaimsIdentity,
    ConnectorFactory,
    PasswordServiceClientCredentialFactory,
)
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor

from bot.adapters.teams.connector import Connectors
from bot.adapters.teams.keys import Keys
from bot.ports import BadSettings, Clock

LEEWAY = 300
"""Seconds that botbuilder lets clocks differ by."""


class Unauthorized(Exception):
    """The request is not from Teams, or not for this bot; the text is for the log."""


class Authentication(BotFrameworkAuthentication):
    """Tells botbuilder's adapter who is calling, and hands it our connectors and no client for user tokens."""

    def __init__(
        self, *, app_id: str, issuer: str, openid_url: str, keys: Keys, connectors: Connectors, clock: Clock
    ) -> None:
        if not app_id:
            raise BadSettings("APP_ID is empty; without it, botbuilder would let everybody in.")
        self._app_id, self._issuer, self._clock = app_id, issuer, clock
        self._connectors, self._valid = connectors, ValidTokens(keys)
        cast("dict[str, Keys]", JwtTokenExtractor.metadataCache)[openid_url] = keys  # pyright: ignore[reportUnknownMemberType]
        self._inner = BotFrameworkAuthenticationFactory.create(
            to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
            to_channel_from_bot_oauth_scope="https://api.botframework.com",
            to_bot_from_channel_token_issuer=issuer,
            oauth_url="https://api.botframework.com",
            to_bot_from_channel_open_id_metadata_url=openid_url,
            to_bot_from_emulator_open_id_metadata_url=openid_url,
            credential_factory=PasswordServiceClientCredentialFactory(app_id, ""),
        )

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Raises Unauthorized."""
        known = self._valid.find(auth_header, activity, self._clock())
        return known or await self._validate(activity, auth_header)

    async def _validate(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        try:
            result = await self._inner.authenticate_request(activity, auth_header)
        except Exception as error:
            raise Unauthorized(str(error) or type(error).__name__) from error
        claims = _claims(result)
        for claim, wanted in (("iss", self._issuer), ("aud", self._app_id), ("serviceurl", activity.service_url)):
            if not wanted or claims.get(claim) != wanted:
                raise Unauthorized(f"the claim {claim} does not match")
        if not isinstance(claims.get("exp"), (int, float)) or not isinstance(claims.get("nbf", 0), (int, float)):
            raise Unauthorized("the token does not say how long it is valid")
        if not _in_time(claims, self._clock()):
            raise Unauthorized("the token is not valid now")
        result.connector_factory = self._connectors
        self._valid.keep(auth_header, activity, result)
        return result

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """None: the bot never asks people to sign in, and building this client is what makes botbuilder slow."""

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return self._connectors

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise Unauthorized("streaming is not offered")


class ValidTokens:
    """Tokens that passed validation a moment ago, by their hash: Teams sends one again and again for about an hour.

    Only the signature is not looked at again. Whether the token is in time, and whether it is for this activity's
    channel and service URL, is; and when the signing keys change, all is forgotten.
    """

    MOST = 1_000

    def __init__(self, keys: Keys) -> None:
        self._keys, self._generation = keys, keys.generation
        self._known: OrderedDict[tuple[bytes, str], AuthenticateRequestResult] = OrderedDict()

    def find(self, header: str, activity: Activity, now: datetime) -> AuthenticateRequestResult | None:
        if self._generation != self._keys.generation:
            self._known.clear()
            self._generation = self._keys.generation
        if (result := self._known.get(_key(header, activity))) is None:
            return None
        claims = _claims(result)
        return result if _in_time(claims, now) and claims["serviceurl"] == activity.service_url else None

    def keep(self, header: str, activity: Activity, result: AuthenticateRequestResult) -> None:
        self._known[_key(header, activity)] = result
        if len(self._known) > self.MOST:
            self._known.popitem(last=False)


def _claims(result: AuthenticateRequestResult) -> dict[str, Any]:
    return cast("dict[str, Any]", result.claims_identity.claims)  # pyright: ignore[reportUnknownMemberType]


def _in_time(claims: dict[str, Any], now: datetime) -> bool:
    return claims.get("nbf", 0) - LEEWAY <= now.timestamp() < claims["exp"] + LEEWAY


def _key(header: str, activity: Activity) -> tuple[bytes, str]:
    return hashlib.sha256(header.encode(errors="surrogateescape")).digest(), activity.channel_id
