"""What every word of the model is made of."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all domain data: immutable, compared by value. Every datetime is aware and in UTC.

    What never changes cannot come to hold itself, so the garbage collector need not go through all of it again and again.
    """
