"""What every word of the model is made of."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all domain data: immutable, compared by value. Every datetime is aware and in UTC."""
