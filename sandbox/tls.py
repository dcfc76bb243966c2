"""TLS on loopback: the vendors' clients send tokens over https only."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def serve_tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A context for a server on localhost, and the file with the authority that its clients are to trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return context, file
