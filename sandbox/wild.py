"""Rows that no service should ever give, to see what its clients make of them."""

from __future__ import annotations

from typing import Any

import msgspec


class Wild(msgspec.Struct):
    """They come first in every answer about the provisioning log, as they are and whatever was asked for.

    `entries` are Graph's, any JSON at all; `rows` are Log Analytics', by the names of a query's columns.
    """

    entries: list[Any] = []
    rows: list[dict[str, Any]] = []
