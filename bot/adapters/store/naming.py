"""What an address says of a database before it is opened: how it may be shown, and whether a file is there."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SOME_SERVER = "a PostgreSQL database"


def shown(url: str) -> str:
    """The file, or the server with the name of the database there; "" where the address is none."""
    scheme, _, rest = url.partition("://")
    try:
        if scheme == "sqlite":
            return f"the SQLite file {Path(make_url(url).database or '').resolve()}"
        if scheme not in ("postgresql", "postgres"):
            return ""
        address = make_url(f"postgresql://{rest}")
    except (ArgumentError, ValueError):
        return ""
    # Of a password with an @ that is not written as %40, a part would be taken for the name of the server.
    if rest.count("@") > 1 or not address.database:
        return SOME_SERVER
    server = address.host or address.query.get("host") or "this machine"
    port = f":{address.port}" if address.port else ""
    return f"the PostgreSQL database {address.database} on {server}{port}"


def are_one(url: str, other: str) -> bool:
    """Whether two addresses name the same database, however they are written."""
    return url == other or (shown(url) == shown(other) and shown(url) not in ("", SOME_SERVER))


def is_missing(url: str) -> bool:
    """Whether it is a file that is not there, in a folder that is: looking into it would make it."""
    path = Path(url.removeprefix("sqlite:///"))
    return url.startswith("sqlite:///") and not os.path.exists(path) and os.path.isdir(path.parent)


def closed_to_us(url: str) -> Path | None:
    """The file, or else the folder of a new one, where that is there and may not be written."""
    path = Path(url.removeprefix("sqlite:///"))
    place = path if os.path.exists(path) else path.parent
    closed = url.startswith("sqlite:///") and os.path.exists(place) and not os.access(place, os.W_OK)
    return place if closed else None
