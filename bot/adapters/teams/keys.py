"""The keys that sign what Teams sends, fetched without stopping the event loop.

botbuilder fetches them with `requests.get`, on the loop and without a time-out, and fails on an unknown key before it
would look for new ones. An object of this class stands in botbuilder's own cache of metadata instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from jwt.algorithms import RSAAlgorithm

from bot.ports import Clock

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=24)
"""How long Microsoft says keys may be kept: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication."""
PAUSE = timedelta(seconds=10)
"""The least time between two fetches that unknown keys or failures cause, so that strangers cannot make us hammer."""


class Key(NamedTuple):
    """What botbuilder wants to know of a key."""

    public_key: Any
    endorsements: list[str]


class _Metadata(msgspec.Struct):
    jwks_uri: str


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


class Keys:
    """Signing keys by their id: kept for a day, fetched anew for an id that is not known."""

    def __init__(
        self, url: str, fetch: Callable[[str], Awaitable[bytes]], clock: Clock, *, of: str = "what Teams sends"
    ) -> None:
        self._url, self._fetch, self._clock, self._of = url, fetch, clock, of
        self._keys: dict[str, Key] = {}
        self._fetched: datetime | None = None
        self._failed: datetime | None = None
        self._searched: datetime | None = None
        self._lock = asyncio.Lock()
        self.generation = 0
        self.problem = ""

    async def get(self, key_id: str | None) -> Key:
        """The key of this id. Raises LookupError; botbuilder calls this once for every token it validates."""
        stale = self._stale()
        if stale:
            await self._refresh(self._fetched)
        if key_id not in self._keys and not stale and self._may_search():
            self._searched = self._clock()
            await self._refresh(self._fetched)
        if key_id is None or key_id not in self._keys:
            raise LookupError("the token is signed by a key that is not known")
        return self._keys[key_id]

    def _stale(self) -> bool:
        now = self._clock()
        if self._failed is not None and now - self._failed < PAUSE:
            return False
        return self._fetched is None or now - self._fetched >= LIFETIME

    def _may_search(self) -> bool:
        now = self._clock()
        return all(at is None or now - at >= PAUSE for at in (self._searched, self._failed))

    async def _refresh(self, seen: datetime | None) -> None:
        """Fetch the keys unless somebody did while we waited; on failure the old ones stay."""
        async with self._lock:
            if self._fetched != seen:
                return
            try:
                metadata = msgspec.json.decode(await self._fetch(self._url), type=_Metadata)
                found = _read(await self._fetch(metadata.jwks_uri))
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody gets in by it
                self._failed = self._clock()
                self.problem = f"The keys that sign {self._of} cannot be read from {self._url}: {_why(error)}."
                log.warning("keys not fetched", extra={"url": self._url, "reason": _why(error)})
            else:
                self._keys, self._fetched, self._failed, self.problem = found, self._clock(), None, ""
                self.generation += 1
                log.info("keys fetched", extra={"count": len(found)})


def _read(body: bytes) -> dict[str, Key]:
    """The RSA keys of a key set; a key that cannot be used is as good as absent."""
    found: dict[str, Key] = {}
    for item in msgspec.json.decode(body, type=_KeySet).keys:
        kid, endorsements = item.get("kid"), item.get("endorsements")
        try:
            public = RSAAlgorithm.from_jwk({key: item[key] for key in ("kty", "n", "e")})
        except Exception as error:  # noqa: BLE001 - PyJWT and cryptography raise many kinds
            log.warning("key ignored", extra={"reason": _why(error)})
            continue
        if isinstance(kid, str):
            found[kid] = Key(public, list(endorsements) if isinstance(endorsements, list) else [])  # pyright: ignore[reportUnknownArgumentType]
    if not found:
        raise ValueError("it holds no usable key")
    return found


def _why(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
