"""Whom the bot trusts on a TLS connection: the system's authorities, and CA_FILE's besides them."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path


@cache
def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """One context for all connections: each costs milliseconds and megabytes.

    httpx offers HTTP/1.1 alone on it, which is what aiohttp speaks; a client that offered h2 would need its own.
    """
    trusted = ssl.create_default_context()
    if ca_file is not None:
        trusted.load_verify_locations(cafile=ca_file)
    return trusted
