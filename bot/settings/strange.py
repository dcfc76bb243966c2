"""Names that are no settings: whoever misspells one is told, and not left to wonder why it does nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import parse_stream

NEAR, VERY_NEAR = 0.8, 0.85
"""How like a setting a name is that is taken for it misspelt: in .env, which is ours, and in the environment, which is not."""

SHORTEST = 5
"""Letters of names that are not like one another by chance."""


def near(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """What may be meant, as a question to be added; "" where nothing is near."""
    found = get_close_matches(word, known, n=1, cutoff=cutoff)
    return f" Did you mean {found[0]}?" if found else ""


def strange(known: Collection[str], referred: Collection[str], env_file: str | None) -> Iterator[str]:
    """A sentence for each name that is taken for a setting and is none. Values are never told, nor what may be one.

    `referred` are names of secrets that the file of ROUTES refers to.
    """
    lines, around = list(_lines(env_file)), {each.upper() for each in os.environ}
    own = {name.upper() for name, _ in lines}
    meant = {*known, *(each.upper() for each in referred)}
    free = [each for each in known if each not in own | around]
    for name, line in lines:
        if name.upper() not in meant:
            hint = near(name.upper(), free, NEAR)
            called = f"{name} in .env" if hint or _is_name(name) else f"Line {line} of .env"
            yield f"{called} is no setting and does nothing.{hint}"
    long = [each for each in free if len(each) >= SHORTEST]
    for name in sorted(around - meant - own):
        if len(name) >= SHORTEST and (hint := near(name, long, VERY_NEAR)):
            yield f"{name} in the environment is no setting and does nothing.{hint}"


def _lines(env_file: str | None) -> Iterator[tuple[str, int]]:
    """Each name in the file with its line; "" where a line gives nothing a value."""
    if env_file is None or not Path(env_file).is_file():
        return
    with Path(env_file).open(encoding="utf-8-sig") as file:
        for each in parse_stream(file):
            if each.key is not None or each.error:
                yield each.key if each.key and each.value is not None else "", each.original.line


def _is_name(word: str) -> bool:
    """Whether it may be shown: a secret that stands there without a name is none."""
    return re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[a-z][a-z0-9]*(_[a-z0-9]+)+", word) is not None
