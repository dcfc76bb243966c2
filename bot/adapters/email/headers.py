"""Header lines with words from outside: nothing in them can end a line, add a reader or be read as something else."""

from __future__ import annotations

import re
from base64 import b64encode

from bot.addresses import Address
from cards.plain import SHORT, clean

WORD = 36
"""Bytes that an encoded word holds, so that no line of one is longer than 78 letters, its name included."""

_PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~.,:;()\[\]@-]*")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/^_`{|}~-]+")


def text(value: str, room: int) -> str:
    """Words as a header holds them; `room` is how many letters the header's first line has left.

    Encoded as in https://www.rfc-editor.org/rfc/rfc2047, whole words at a time: Python's own folding loses blanks
    between encoded words and does not escape backslashes.
    """
    if _PLAIN.fullmatch(value) and len(value) <= room and "=?" not in value:
        return value
    return encoded(value)


def mailbox(address: Address) -> str:
    """A name and an address, e.g. `Service desk <desk@contoso.com>`, on lines of their own where they are long."""
    name = clean(address.name, SHORT)
    if not name:
        return address.spec
    short = len(name) + len(address.spec) < 60
    return f"{name} <{address.spec}>" if short and _ATOMS.fullmatch(name) else f"{encoded(name)}\r\n <{address.spec}>"


def encoded(value: str) -> str:
    """Encoded words, one a line; readers put them together without a blank."""
    words = [b""]
    for mark in value:
        more = mark.encode("utf-8", "replace")
        if len(words[-1]) + len(more) > WORD:
            words.append(b"")
        words[-1] += more
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode('ascii')}?=" for word in words)
