"""Counts at the ports: each wrapper is the port that it wraps, and tells the metrics what goes through it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import datetime

from bot.metrics import Metrics
from bot.model import Conversation, Posted
from bot.ports import Batch, Called, CardGone, Message, Receiver, Source, TryLater, Undeliverable


class MeteredSource:
    """Counts the rows that a source gives."""

    def __init__(self, inner: Source, metrics: Metrics) -> None:
        self.name = inner.name
        self._inner = inner
        self._rows = metrics.rows.labels(inner.name)

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        async for batch in self._inner.read(cursor, now):
            self._rows.inc(len(batch.events) + sum(not row.used for row in batch.broken))
            yield batch


class MeteredReceiver:
    """Counts what becomes of each attempt to send something."""

    def __init__(self, inner: Receiver, metrics: Metrics) -> None:
        self._inner = inner
        self._deliveries = metrics.deliveries

    @property
    def looks(self) -> bool:
        return self._inner.looks

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        with self._counted("sent"):
            return await self._inner.post(conversation, message)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        with self._counted("updated"):
            await self._inner.update(conversation, posted, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        with self._counted("noted"):
            await self._inner.note(conversation, posted, text, message)

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        return await self._inner.find(conversation, marker)

    @contextmanager
    def _counted(self, well: str) -> Generator[None]:
        try:
            yield
        except TryLater:
            self._deliveries.labels("retried").inc()
            raise
        except CardGone:
            self._deliveries.labels("gone").inc()
            raise
        except Undeliverable:
            self._deliveries.labels("dead").inc()
            raise
        self._deliveries.labels(well).inc()


@contextmanager
def looking(metrics: Metrics, look: str) -> Generator[None]:
    """Time a look, and count one that ends in a fault."""
    began = time.monotonic()
    try:
        yield
    except Exception:
        metrics.looks_failed.labels(look).inc()
        raise
    finally:
        metrics.look_seconds.labels(look).observe(time.monotonic() - began)


def calls(metrics: Metrics, api: str) -> Called:
    """What counts the calls to a service."""

    def called(status: int) -> None:
        metrics.calls.labels(api, outcome(status)).inc()

    return called


def outcome(status: int) -> str:
    """What became of a call, by the status of its answer; 0 where none came."""
    if status < 100:
        return "unreachable"
    if status < 400:
        return "ok"
    if status == 429:
        return "throttled"
    if status in (401, 403):
        return "refused"
    return "rejected" if status < 500 else "failed"
