"""How many deliveries a second leave the outbox, with real commits: `python -m tests.bench.outbox`, JSON lines.

On SQLite and on PostgreSQL; to a receiver in this process, which costs nothing, and over HTTP to one in another. Each
delivery is a card of an incident; before it is sent it is written down that it is, and afterwards that it arrived.
"""

from __future__ import annotations

import asyncio
import gc
import re
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import aiohttp

from bot.adapters.store import Store
from bot.delivering import Delivering
from bot.model import Alert, Conversation, ConversationKind, Evidence, Incident, Posted, Severity
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Message, Receiver
from tests.bench.telling import QUICK, tell, told
from tests.support.make import NOON
from tests.support.postgres import postgres

PLACES, EACH, RUNS = (50, 4, 1) if QUICK else (500, 20, 3)
AT_LEAST = 2_000


class Near:
    """Port `Receiver`: takes everything at once."""

    looks = True

    def __init__(self) -> None:
        self.taken = 0
        self._numbers = count(1)

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        self.taken += 1
        return Posted(activity_id=str(next(self._numbers)), thread_id=conversation.id)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None: ...

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None: ...

    async def find(self, conversation: Conversation, marker: str) -> Posted | None: ...


class Far(Near):
    """The same over HTTP, to another process."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._url, self._session = url, session

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        async with self._session.post(self._url, json=message.card) as answer:
            number = await answer.text()
        self.taken += 1
        return Posted(activity_id=number, thread_id=conversation.id)


class _Answer(asyncio.Protocol):
    """Answers every POST of a connection, in order, with a number: as little work as HTTP can be."""

    numbers = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            length = int(re.findall(rb"(?i)content-length: *(\d+)", self._heard[:end])[0])
            if len(self._heard) < end + 4 + length:
                return
            self._heard = self._heard[end + 4 + length :]
            number = str(next(self.numbers)).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(number), number))


def _listen(tell_port: Connection) -> None:
    """The other process, until its parent ends it."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Answer, "127.0.0.1", 0)
        tell_port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def another_process() -> Generator[str]:
    """The address of a receiver that costs this process nothing."""
    ours, theirs = get_context("spawn").Pipe()
    child = get_context("spawn").Process(target=_listen, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        child.terminate()
        child.join()


async def fill(store: Store) -> None:
    """So many incidents, each told to a share of the conversations."""
    places = [
        Conversation(id=f"webhook:{n}", tenant_id="t", service_url="", kind=ConversationKind.WEBHOOK, name=str(n))
        for n in range(PLACES)
    ]
    async with store.begin() as tx:
        for place in places:
            await tx.conversations.save(place)
        for number in range(EACH):
            incident = await tx.incidents.save(_incident(number))
            for place in places:
                await tx.outbox.want_card(incident.number, place.id, incident.revision)


def _incident(number: int) -> Incident:
    alert = Alert(title="Trouble", detail="", severity=Severity.HIGH, rule="r", job_id="j", key=str(number))
    return Incident(number=0, alert=alert, evidence=Evidence(count=1), opened_at=NOON, changed_at=NOON)


@asynccontextmanager
async def receiver(url: str) -> AsyncGenerator[Near]:
    if not url:
        yield Near()
        return
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Far(url, session)


async def run(url: str, way: str) -> float:
    """Deliveries a second, all of them in the rows of the database at the end."""
    store = await Store.open(url)
    await fill(store)
    async with receiver(way) as taking:
        deliverer = Deliverer(
            store=store,
            receivers=lambda conversation: _as_receiver(taking),
            render=lambda incident, conversation: ({"type": "AdaptiveCard", "body": []}, incident.alert.title),
            now=lambda: NOON,
            pacing=Pacing(time.monotonic),
        )
        gc.collect()
        began = time.perf_counter()
        delivering = asyncio.create_task(Delivering(deliverer).run())
        while taking.taken < PLACES * EACH or await _behind(store):  # noqa: ASYNC110 (the database has no events)
            await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
    assert taking.taken == PLACES * EACH
    await store.close()
    return PLACES * EACH / took


def _as_receiver(taking: Receiver) -> Receiver:
    return taking


async def _behind(store: Store) -> int:
    async with store.look() as tx:
        return await tx.outbox.behind()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder, postgres(durable=True) as server, another_process() as far:
        for database in ("sqlite", "postgresql"):
            for way, name in (("", "in this process"), (far, "over HTTP")):
                rates: list[float] = []
                for number in range(RUNS):
                    path = Path(folder) / f"{len(name)}-{number}.db"
                    url = server.new() if database == "postgresql" else f"sqlite:///{path.as_posix()}"
                    rates.append(await run(url, way))
                tell(
                    bench="outbox", database=database, receiver=name, deliveries_a_second=told(rates, at_least=AT_LEAST)
                )


if __name__ == "__main__":
    asyncio.run(main())
