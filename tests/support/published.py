"""Queries that Microsoft and others published as samples, as they are printed, and with nothing but the print mended."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "published"

_STRAY = re.compile(r"^_|_$", re.MULTILINE)
_UNCLOSED = re.compile(r'("<[^">\n]*>)(?!")')
_PLACEHOLDER = re.compile(r"<([^<>\n]*)>")


def printed(name: str) -> str:
    """The query as it is printed."""
    return (FOLDER / name).read_text("utf-8")


def mended(name: str, fill: Mapping[str, str]) -> str:
    """The query as its writer must have meant it: quotes, backslashes and underscores of the print put right.

    `fill` are the values for what one has to put in by hand; what the query asks is left as it was.
    """
    text = html.unescape(printed(name)).replace("“", '"').replace("”", '"')
    text = _STRAY.sub("", text).replace(r"\[", "[").replace(r"\]", "]").replace(r"\*", "*").replace(r"\\n", r"\n")
    text = _UNCLOSED.sub(r'\1"', text).replace("resultType", "ResultType")
    return _PLACEHOLDER.sub(lambda found: fill.get(found[1], found[0]), text)
