"""HTTP with next to no cost of its own, so that the bot is what is measured: a client and a connector on bare protocols."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple, cast

_END = b"\r\n\r\n"


class Message(asyncio.Protocol):
    """Hands each whole HTTP message, head and body, to `whole`; bodies have a Content-Length."""

    def __init__(self) -> None:
        self._buffer = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            self.whole(head)

    def whole(self, head: bytes) -> None:
        raise NotImplementedError


class Connector(Message):
    """Answers every call of the bot with a new id."""

    ANSWER = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"id":"a-1700"}'

    def whole(self, head: bytes) -> None:
        self.transport.write(self.ANSWER)


class Caller(Message):
    """Sends the next activity as soon as the last one is answered, until the time is over."""

    def __init__(self, load: Load, token: Callable[[], str]) -> None:
        super().__init__()
        self._load, self._token = load, token
        self.done = asyncio.get_running_loop().create_future()
        self.times: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the bot hung up"))

    def whole(self, head: bytes) -> None:
        self.times.append(time.perf_counter() - self._sent)
        if not head.startswith((b"http/1.1 200", b"http/1.1 201")):
            self.done.set_exception(RuntimeError(head.split(b"\r\n")[0].decode()))
        elif time.perf_counter() < self._load.until:
            self._next()
            return
        else:
            self.done.set_result(None)
        self.transport.close()

    def _next(self) -> None:
        body = self._load.body()
        head = (
            f"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"Authorization: Bearer {self._token()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._sent = time.perf_counter()
        self.transport.write(head.encode() + body)


class Figures(NamedTuple):
    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float = 0.0


class Load:
    """What the callers send: one activity, each time with an id of its own."""

    def __init__(self, activity: dict[str, Any]) -> None:
        self._parts = json.dumps({**activity, "id": "NUMBER"}).encode().split(b"NUMBER")
        self._numbers = itertools.count(time.time_ns())
        self.until = 0.0

    def body(self) -> bytes:
        return b"%b%d%b" % (self._parts[0], next(self._numbers), self._parts[1])

    async def run(self, port: int, seconds: float, tokens: list[Callable[[], str]]) -> Figures:
        """One connection for each of `tokens`."""
        loop = asyncio.get_running_loop()
        begin = time.perf_counter()
        self.until = begin + seconds
        made = [await loop.create_connection(lambda t=token: Caller(self, t), "127.0.0.1", port) for token in tokens]
        callers = [caller for _, caller in made]
        await asyncio.gather(*(caller.done for caller in callers))
        took = time.perf_counter() - begin
        times = sorted(each for caller in callers for each in caller.times)
        p50, p99 = (round(times[int(len(times) * part)] * 1000, 2) for part in (0.5, 0.99))
        return Figures(len(times), round(len(times) / took, 1), p50, p99)


async def serve_connector() -> None:
    """Say the port on standard output, and answer until the process ends."""
    server = await asyncio.get_running_loop().create_server(Connector, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve_connector())
