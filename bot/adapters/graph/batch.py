"""Many GETs in one call: Graph's $batch, twenty at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from bot.adapters import lenient
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown, answered
from bot.adapters.graph.wire import ErrorBody, Part, Parts
from bot.adapters.wording import clean

SIZE = 20
T = TypeVar("T")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one GET of the batch brought: a body, or why there is none."""

    body: msgspec.Raw = msgspec.Raw(b"{}")
    error: GraphDown | None = None


async def get_all(client: GraphClient, paths: Sequence[str], *, needs: str) -> list[Found]:
    """The answers in the order of the paths. Raises GraphDown where a whole batch fails or any part is throttled."""
    found: list[Found] = []
    for some in chunks(paths, SIZE):
        found += await _get(client, some, needs)
    return found


async def _get(client: GraphClient, paths: Sequence[str], needs: str) -> list[Found]:
    asked = [{"id": str(at), "method": "GET", "url": path} for at, path in enumerate(paths)]
    body = await client.post("/$batch", {"requests": asked}, needs=needs)
    try:
        parts = lenient.decode(body, Parts).responses or []
    except lenient.Unreadable:
        raise GraphDown("Microsoft Graph's answer to a $batch is not the JSON that it should be.") from None
    by_id = {part.id: part for part in parts}
    found = [_found(by_id.get(str(at)), needs) for at in range(len(paths))]
    throttled = [part.error for part in found if part.error is not None and part.error.status == 429]
    if throttled:
        raise max(throttled, key=lambda error: error.after or 0.0)
    return found


def _found(part: Part | None, needs: str) -> Found:
    if part is None or part.status is None:
        return Found(error=GraphDown("Microsoft Graph left a part of a $batch unanswered."))
    if part.status < 300:
        return Found(body=part.body)
    try:
        fault = lenient.decode(part.body, ErrorBody).error
    except lenient.Unreadable:
        fault = None
    code, words = (clean(fault.code), clean(fault.message)) if fault else ("", "")
    return Found(error=answered(part.status, code, words, part.headers or {}, needs=needs))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most that size."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
