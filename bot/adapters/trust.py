"""Whom the bot trusts on a TLS connection: the system's authorities, and CA_FILE's besides them."""

from __future__ import annotations

import ssl
from pathlib import Path


def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """One context for all connections; building one costs milliseconds, and connections are pooled by it."""
    trusted = ssl.create_default_context()
    if ca_file is not None:
        trusted.load_verify_locations(cafile=ca_file)
    return trusted
