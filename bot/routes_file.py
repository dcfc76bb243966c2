"""Reads the file of ROUTES: routes, webhooks, the fallback and who is on call, with every mistake told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from bot.model import Severity
from bot.model.routes import Arranged, OnCall, Route, RouteSource, Webhook, WebhookKind
from bot.ports import BadSettings
from bot.routes_form import Whole
from bot.routes_mistakes import explained
from bot.routes_values import Allowed
from bot.toml_lines import Place

LARGEST = 4 * 1024 * 1024


def read(
    path: Path,
    *,
    rules: Collection[str],
    personas: Collection[str],
    secret: Callable[[str], object],
    url: Callable[[str], object] = str,
    misfits: Callable[[Mapping[str, Any]], Iterable[tuple[Place, str]]] = lambda _: (),
) -> Arranged:
    """What the file says. `rules` are the names of all rules; `secret` raises ValueError where one cannot be had, and
    `url` where an address of a webhook may not be called. `misfits` tells what else is wrong with a file that is TOML.

    Raises BadSettings with every mistake, by its table and line, in the order of the file.
    """
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The file of ROUTES, {path}, is not TOML: {error}.") from None
    except RecursionError:
        raise BadSettings(f"The file of ROUTES, {path}, is not TOML: it is nested too deeply.") from None
    allowed = Allowed(rules=rules, personas=personas, webhooks=_names(raw.get("webhooks")), secret=secret, url=url)
    others = list(misfits(raw))
    try:
        whole = Whole.model_validate(raw, context={"allowed": allowed})
    except ValidationError as error:
        raise _mistaken(path, explained(error, others, text)) from None
    if others:
        raise _mistaken(path, explained(None, others, text))
    return _arranged(whole, path)


def _mistaken(path: Path, told: Sequence[str]) -> BadSettings:
    listed = "\n".join(f"  {each}" for each in told)
    lines = [f"ROUTES, {path}: {each}" for each in told]
    return BadSettings(f"The file of ROUTES, {path}, has mistakes:\n{listed}", lines)


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
