"""Names of 64 bits, the same on every machine and in every run: short rows in the store, and one index."""

from __future__ import annotations

from hashlib import blake2b

WIDTH = 8


def digest(text: str) -> bytes:
    """A text as eight bytes."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=WIDTH).digest()


def number(text: str) -> int:
    """A text as a number that a column of 64 bits holds."""
    return int.from_bytes(digest(text), "big", signed=True)
