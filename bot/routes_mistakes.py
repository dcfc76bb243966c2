"""Mistakes in the file of ROUTES as people read them: each by its table and line, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.routes_form import Whole, keys_of
from bot.toml_lines import Place, line_of, lines

MOST_TOLD = 100
NEAR_ENOUGH = 60

_PLAIN_WORDS = {
    "string_type": "is to be text in quotation marks",
    "list_type": 'is to be a list, like ["…"]',
    "int_type": "is to be a whole number",
    "bool_type": "is to be true or false",
    "missing": "is missing",
    "too_short": "is empty",
    "too_long": "holds more than can be meant",
    "greater_than_equal": "is to be {ge:,} at least",
    "less_than_equal": "is to be {le:,} at most",
    "dict_type": "is to be a table",
    "model_type": "is to be a table",
    "model_attributes_type": "is to be a table",
}


def explained(error: ValidationError | None, misfits: Iterable[tuple[Place, str]], text: str) -> list[str]:
    """A line for each mistake, as far as so many are of use; `misfits` are places with what else is wrong there."""
    known = lines(text)
    others: list[dict[str, Any]] = [{"loc": at, "type": "value_error", "msg": said} for at, said in misfits]
    every = [*_every(error), *others]
    found = [(line_of(mistake["loc"], known), _sentence(mistake, known)) for mistake in every]
    told = list(dict.fromkeys(sentence for _, sentence in sorted(found, key=lambda each: each[0])))
    return [*told[:MOST_TOLD], *([f"… and {len(told) - MOST_TOLD:,} more"] if len(told) > MOST_TOLD else [])]


def _every(error: ValidationError | None) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", error.errors(include_url=False)) if error else []


def _sentence(mistake: Mapping[str, Any], known: Mapping[Place, int]) -> str:
    table, key = _place(mistake["loc"])
    line = line_of(mistake["loc"], known)
    where = f"{table or 'The file'} (line {line})" if line else table or "The file"
    said, kind = str(mistake["msg"]).removeprefix("Value error, "), str(mistake["type"])
    if kind == "extra_forbidden":
        return _ended(f"{where}: there is no '{_plain(key)}'{_instead(key, table)}")
    if kind in _PLAIN_WORDS:
        said = _PLAIN_WORDS[kind].format_map(mistake.get("ctx", {}))
    elif kind != "value_error":
        said = f"is wrong: {said}"
    return _ended(f"{where}: {key} {said}".replace(":  ", ": "))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _place(loc: Place) -> tuple[str, str]:
    """The table and what in it is meant; entries of lists are counted from 1."""
    parts = [str(each + 1) if isinstance(each, int) else each for each in loc]
    if parts[0] == "routes" and len(parts) > 1:
        table, parts = f"[[routes]] {parts[1]}", parts[2:]
    elif parts[0] == "webhooks" and len(parts) > 1:
        table, parts = f"[webhooks.{_plain(parts[1])}]", [each for each in parts[2:] if each != "[key]"]
    elif parts[0] in Whole.model_fields and len(parts) > 1:
        table, parts = f"[{parts[0]}]", parts[1:]
    else:
        table = ""
    return table, parts[0] if parts else ""


def _instead(word: str, table: str) -> str:
    known = keys_of(table)
    near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    if near:
        return f". Did you mean {near[0]}?"
    return f"; there are {', '.join(known)}" if len(known) > 1 else f"; only {known[0]} may stand there"


def _plain(word: str) -> str:
    return "".join(mark if mark.isprintable() else "?" for mark in word)[:60]
