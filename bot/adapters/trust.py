"""Whom the bot trusts on a TLS connection: the system's authorities, and CA_FILE's besides them."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path


def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """One context for all connections: each costs milliseconds and megabytes.

    httpx offers HTTP/1.1 alone on it, which is what aiohttp speaks; a client that offered h2 would need its own. A file
    that holds another authority by now gets a new one: who connects from then on trusts that.
    """
    if ca_file is None:
        return _context(None, ())
    about = ca_file.stat()
    return _context(ca_file, (about.st_mtime_ns, about.st_size, about.st_ino))


@lru_cache(maxsize=8)
def _context(ca_file: Path | None, _mark: tuple[int, ...]) -> ssl.SSLContext:
    trusted = ssl.create_default_context()
    if ca_file is not None:
        trusted.load_verify_locations(cafile=ca_file)
    return trusted
