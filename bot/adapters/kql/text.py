"""What is judged and mended on the text of a query, before it is parsed."""

from __future__ import annotations

import re

from bot.adapters.kql.errors import BadQuery, BadSyntax
from bot.kqlrules.wording import OPAQUE

LONGEST = 50_000
DEEPEST = 40
"""A parser of nested text is recursive: what people write stays far below this."""

_DOTTED_INDEX = re.compile(rf"{OPAQUE}|(?P<dot>\.)(?=\s*\[)", re.DOTALL)
_BRACKETS = re.compile(rf"{OPAQUE}|(?P<open>[(\[{{])|(?P<close>[)\]}}])", re.DOTALL)
_CODE = re.compile(rf"{OPAQUE}|(?P<code>\S)", re.DOTALL)
_TOKEN = re.compile(r"\w[\w-]*|\S")


def prepared(kql: str) -> str:
    """The query with `x.[0]` written as `x [0]`, so that line and position of every word stay. Raises BadQuery."""
    if len(kql) > LONGEST:
        raise BadQuery(f"The query is longer than {LONGEST:,} characters.")
    start = next((found for found in _CODE.finditer(kql) if found["code"] or found[0][:2] != "//"), None)
    if start is None:
        raise BadSyntax("", 1, 0)
    if start[0] == ".":
        raise syntax_error(kql, *_place(kql, start.start()))
    _refuse_deep(kql)
    return _DOTTED_INDEX.sub(lambda found: " " if found["dot"] else found[0], kql)


def syntax_error(kql: str, line: int, position: int) -> BadSyntax:
    """The error for a place in a query; after a pipe that fits nowhere, the word that follows it is to blame."""
    lines = kql.splitlines() or [""]
    offset = sum(len(one) + 1 for one in lines[: line - 1]) + position
    found = _TOKEN.search(kql, offset)
    if found and found[0] == "|":
        found = _TOKEN.search(kql, found.end()) or found
    if found is None:
        return BadSyntax("", line, position)
    return BadSyntax(found[0], *_place(kql, found.start()))


def _place(kql: str, offset: int) -> tuple[int, int]:
    before = kql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1)


def _refuse_deep(kql: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(kql):
        depth += bool(found["open"]) - bool(found["close"])
        if depth > DEEPEST:
            raise BadQuery(f"The query nests brackets deeper than {DEEPEST}.")
