"""Pages of a collection: $top, $select, and an opaque link to the next page."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.graph.routing import Ask, GraphError, Reply
from sandbox.rows import Json

_OPEN_LINKS = 500
Row = Mapping[str, Any]
Show = Callable[[Row], Json]


class Pages:
    """What is left of collections that were asked for; the oldest links are forgotten."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[Sequence[Row], int, Show | None]] = OrderedDict()

    def keep(self, rows: Sequence[Row], top: int, show: Show | None) -> str:
        """Remember what is left, and give out a token for it."""
        token = secrets.token_urlsafe(24)
        self._left[token] = (rows, top, show)
        while len(self._left) > _OPEN_LINKS:
            self._left.popitem(last=False)
        return token

    def find(self, token: str) -> tuple[Sequence[Row], int, Show | None]:
        """What a token stands for. Raises GraphError for one that was never given out, or long ago."""
        found = self._left.get(token)
        if found is None:
            raise GraphError(400, "BadRequest", "The specified skip token is not valid or has expired.")
        return found


def page(ask: Ask, rows: Sequence[Row], top: int, show: Show | None = None) -> Reply:
    """The first page of rows, with a link to the others; `show` makes the JSON of each row that is on it."""
    value = rows[:top] if show is None else [show(row) for row in rows[:top]]
    body: Json = {"@odata.context": f"{ask.base}/$metadata#{ask.path[1:]}", "value": value}
    if len(rows) > top:
        token = ask.pages.keep(rows[top:], top, show)
        query = {name: value for name, value in ask.query.items() if name != "$skiptoken"}
        body["@odata.nextLink"] = f"{ask.base}{ask.path}?{urlencode({**query, '$skiptoken': token}, safe='$')}"
    return Reply(body=body)


def follow(ask: Ask) -> Reply | None:
    """The page that the request's $skiptoken stands for, if it has one. Raises GraphError."""
    token = ask.query.get("$skiptoken")
    return None if token is None else page(ask, *ask.pages.find(token))


def top_of(ask: Ask, usual: int, most: int) -> int:
    """How many rows a page is to have. Raises GraphError."""
    text = ask.query.get("$top")
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise GraphError(
            400, "BadRequest", f"Invalid page size specified: '{text}'. Must be between 1 and {most} inclusive."
        )
    return int(text)


def only(ask: Ask, *options: str) -> None:
    """Refuse query options that the collection does not have. Raises GraphError."""
    for name in ask.query:
        if name.startswith("$") and name not in options:
            raise GraphError(400, "BadRequest", f"Query option '{name.removeprefix('$')}' is not allowed.")


def selector(ask: Ask, usual: Sequence[str], known: Sequence[str]) -> Show:
    """How to cut objects down to $select, or to what is shown without it. Raises GraphError for unknown names."""
    text = ask.query.get("$select")
    names = [name.strip() for name in text.split(",")] if text else list(usual)
    for name in names:
        if name not in known:
            raise GraphError(400, "BadRequest", f"Could not find a property named '{name}'.")
    return lambda row: {name: row[name] for name in names}
