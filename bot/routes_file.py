"""Reads the file of ROUTES: routes, webhooks, the fallback and who is on call, with every mistake told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.model import Severity
from bot.model.routes import Arranged, OnCall, Route, RouteSource, Webhook, WebhookKind
from bot.ports import BadSettings
from bot.routes_form import Whole, keys_of
from bot.routes_values import Allowed

LARGEST = 4 * 1024 * 1024
MOST_TOLD = 100
NEAR_ENOUGH = 60

_PLAIN_WORDS = {
    "string_type": "is to be text in quotation marks",
    "list_type": 'is to be a list, like ["…"]',
    "int_type": "is to be a whole number",
    "missing": "is missing",
    "too_short": "is empty",
    "too_long": "holds more than can be meant",
    "dict_type": "is to be a table",
    "model_type": "is to be a table",
    "model_attributes_type": "is to be a table",
}


def read(
    path: Path,
    *,
    rules: Collection[str],
    personas: Collection[str],
    secret: Callable[[str], object],
    url: Callable[[str], object] = str,
) -> Arranged:
    """What the file says. `rules` are the names of all rules; `secret` raises ValueError where one cannot be had, and
    `url` where an address of a webhook may not be called.

    Raises BadSettings with every mistake, each by its table and line.
    """
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The file of ROUTES, {path}, is not TOML: {error}.") from None
    except RecursionError:
        raise BadSettings(f"The file of ROUTES, {path}, is not TOML: it is nested too deeply.") from None
    allowed = Allowed(rules=rules, personas=personas, webhooks=_names(raw.get("webhooks")), secret=secret, url=url)
    try:
        return _arranged(Whole.model_validate(raw, context={"allowed": allowed}), path)
    except ValidationError as error:
        raise BadSettings(_explain(error, path, text)) from None


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise BadSettings(f"The file of ROUTES, {path}, is not there, or is no file.")
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise BadSettings(f"The file of ROUTES, {path}, is larger than {LARGEST // 1024**2} MB.")
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadSettings(f"The file of ROUTES, {path}, is not UTF-8 (line {line}); save it as UTF-8.") from None
    except OSError as error:
        raise BadSettings(f"The file of ROUTES, {path}, cannot be read: {error.strerror or error}.") from None


def _names(webhooks: object) -> list[str]:
    return list(cast("Mapping[str, object]", webhooks)) if isinstance(webhooks, dict) else []


def _arranged(whole: Whole, path: Path) -> Arranged:
    routes = {
        (to, each.matchers): Route(
            to=to, matchers=each.matchers, mention=tuple(each.mention), source=RouteSource.SETTINGS, number=at
        )
        for at, each in enumerate(whole.routes, 1)
        for to in each.to
    }
    calling = whole.oncall
    return Arranged(
        routes=tuple(routes.values()),
        webhooks=tuple(
            Webhook(
                name=name,
                kind=WebhookKind(each.kind),
                url=each.url,
                secret=each.secret,
                options=each.model_dump(exclude_unset=True, exclude={"kind", "url", "secret"}),
            )
            for name, each in whole.webhooks.items()
        ),
        fallback=tuple(dict.fromkeys(whole.fallback.to)) if whole.fallback else (),
        oncall=OnCall(
            people=tuple(dict.fromkeys(calling.people)), minutes=calling.minutes, severity=Severity(calling.severity)
        )
        if calling
        else None,
        file=path.name,
    )


# --- Mistakes ---------------------------------------------------------------------------------------------------------


def _explain(error: ValidationError, path: Path, text: str) -> str:
    lines = {header: at for at, header in _headers(text)}
    told = list(dict.fromkeys(_sentence(cast("dict[str, Any]", mistake), lines) for mistake in error.errors()))
    more = [f"  … and {len(told) - MOST_TOLD:,} more"] if len(told) > MOST_TOLD else []
    return "\n".join([f"The file of ROUTES, {path}, has mistakes:", *(f"  {one}" for one in told[:MOST_TOLD]), *more])


def _headers(text: str) -> Iterator[tuple[int, str]]:
    """Where each table begins, by the name that mistakes are told under."""
    routes = 0
    for number, line in enumerate(text.splitlines(), 1):
        header = line.partition("#")[0].strip()
        if header.startswith("[[") and header[2:-2].strip() == "routes":
            routes += 1
            yield number, f"[[routes]] {routes}"
        elif header.startswith("[") and header.endswith("]"):
            yield number, f"[{header[1:-1].strip()}]"


def _sentence(mistake: Mapping[str, Any], lines: Mapping[str, int]) -> str:
    table, rest = _place(tuple(mistake["loc"]))
    where = f"{table} (line {lines[table]})" if table in lines else table
    said, kind = str(mistake["msg"]).removeprefix("Value error, "), str(mistake["type"])
    if kind == "extra_forbidden":
        return _ended(f"{where or 'The file'}: there is no '{_plain(rest)}'{_instead(rest, table)}")
    said = _PLAIN_WORDS.get(kind, said if kind == "value_error" else f"is wrong: {said}")
    return _ended(f"{where}: {rest} {said}".replace(":  ", ": ").removeprefix(": "))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _place(loc: tuple[str | int, ...]) -> tuple[str, str]:
    """The table and what in it is meant; entries of lists are counted from 1."""
    parts = [str(each + 1) if isinstance(each, int) else each for each in loc]
    if parts[0] == "routes" and len(parts) > 1:
        table, parts = f"[[routes]] {parts[1]}", parts[2:]
    elif parts[0] == "webhooks" and len(parts) > 1:
        table, parts = f"[webhooks.{_plain(parts[1])}]", parts[2:]
    elif parts[0] in Whole.model_fields and len(parts) > 1:
        table, parts = f"[{parts[0]}]", parts[1:]
    else:
        table = ""
    return table, parts[0] if parts else ""


def _instead(word: str, table: str) -> str:
    known = keys_of(table)
    near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return f". Did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _plain(word: str) -> str:
    return "".join(mark if mark.isprintable() else "?" for mark in word)[:60]
