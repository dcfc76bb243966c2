"""Header lines with words from outside: nothing in them can end a line, add a reader or be read as something else."""

from __future__ import annotations

import re
from base64 import b64encode

from bot.addresses import Address
from cards.plain import SHORT, clean

WORD = 36
"""Bytes that an encoded word holds, so that no line of one is longer than 78 letters, its name included."""

LINE = 77
"""Letters of a further line, behind the blank that it begins with."""

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*|")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/^_`{|}~-]+")


def text(value: str, room: int) -> str:
    """Words as a header holds them; `room` is how many letters the header's first line has left.

    ASCII stays as it is, so that rules and filters find it also where they decode nothing. The rest is encoded as in
    https://www.rfc-editor.org/rfc/rfc2047, whole words at a time: Python's own folding loses blanks between encoded
    words and does not escape backslashes.
    """
    if _PLAIN.fullmatch(value) and "=?" not in value and (lines := _folded(value, room)):
        return "\r\n ".join(lines)
    return encoded(value)


def _folded(value: str, room: int) -> list[str]:
    """Plain words on lines that are broken at blanks, which readers undo; none where a word is too long for its line."""
    first, *others = value.split(" ")
    lines = [first]
    for word in others:
        fits = len(lines[-1]) + 1 + len(word) <= (room if len(lines) == 1 else LINE)
        lines[-1:] = [f"{lines[-1]} {word}"] if fits else [lines[-1], word]
    return lines if len(first) <= room and all(len(each) <= LINE for each in lines) else []


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
