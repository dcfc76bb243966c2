"""The keys that sign what Teams sends to a bot, with Bot Framework's OpenID metadata about them."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"


class Keys:
    """Signing keys; the newest signs. `published` are those that the metadata still lists."""

    def __init__(self) -> None:
        self._count = 0
        self.published: list[tuple[str, rsa.RSAPrivateKey, list[str]]] = []
        self.rotate()

    def rotate(self, *, keep: bool = False, endorsements: tuple[str, ...] = ("msteams",)) -> str:
        """Sign with a new key from now on; the old ones are listed no more unless they are kept. Returns its id."""
        self._count += 1
        kid = f"sandbox-{self._count}"
        key = _key(self._count)
        self.published = [(kid, key, list(endorsements)), *(self.published if keep else [])]
        return kid

    def jwks(self) -> dict[str, Any]:
        return {"keys": [_public(kid, key, endorsements) for kid, key, endorsements in self.published]}

    def sign(self, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
        """A token with exactly these claims; one that is None is left out."""
        kid, key, _ = self.published[0]
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key, algorithm="RS256", headers={"kid": kid, "x5t": kid, **(headers or {})})

    def token(self, app_id: str, service_url: str, **overrides: Any) -> str:
        """A token as Teams sends it with an activity; overrides replace claims, None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": app_id,
            "serviceurl": service_url,
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3_600,
        }
        return self.sign({**claims, **overrides})


@lru_cache(maxsize=16)
def _key(_: int) -> rsa.RSAPrivateKey:
    # Making one takes a tenth of a second, so all sandboxes of a process have the same first key, second key...
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def metadata(url: str) -> dict[str, Any]:
    """The OpenID configuration that lists where the keys are."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{url}/botframework/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }


def _public(kid: str, key: rsa.RSAPrivateKey, endorsements: list[str]) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return {**public, "use": "sig", "kid": kid, "x5t": kid, "endorsements": endorsements}
