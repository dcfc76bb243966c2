"""All that is outside of what is measured, in a process of its own: logs that are made in advance, and who is told.

The logs speak as much of Graph, Log Analytics and the sign-in as the bot's clients ask for, over TLS: pages of bytes that
lie ready. The receiver takes calls of webhooks and notes when each came, by the clock that all processes share.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from sandbox.home import free_port
from sandbox.node import ROOT
from sandbox.tls import serve_tls
from tests.bench.storm import COLUMNS, Storm

_SINCE = re.compile(r"activityDateTime gt (\S+)")
_PLACE = re.compile(r"Ingested >=? ?datetime\(([^)]+)\)")
_MOST = re.compile(r"take (\d+)")
_JSON = "application/json"


class Logs:
    """A storm, of which the first `shown` events can be read."""

    def __init__(self, storm: Storm, events: int) -> None:
        self.shown = 0
        self._storm = storm
        self._graph = [storm.graph(number) for number in range(events)]
        self._rows = [storm.row(number) for number in range(events)]
        self._ingested = [storm.at(number) for number in range(events)]

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/v1.0/auditLogs/provisioning", self._page)
        app.router.add_post("/v1/workspaces/{workspace}/query", self._answer)
        app.router.add_get("/{rest:.*}", self._nothing)
        return app

    async def _token(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 10**6, "ext_expires_in": 10**6, "access_token": "t" * 1_500}
        )

    async def _nothing(self, _: web.Request) -> web.Response:
        return web.json_response({"value": []})

    async def _page(self, request: web.Request) -> web.Response:
        """A page of Graph. What is late is asked for by whole days; the other sweeps find nothing."""
        top, first = int(request.query.get("$top", 1_000)), int(request.query.get("$skiptoken", 0))
        since = _SINCE.search(request.query.get("$filter", ""))
        if since:
            first = bisect_left(self._ingested, since[1].replace("Z", "0Z"), 0, self.shown)
        rows = self._graph[first : min(first + top, self.shown)] if self.shown else []
        more = first + top < self.shown
        link = f'"@odata.nextLink":"{request.url.origin()}{request.path}?$skiptoken={first + top}",' if more else ""
        return web.Response(body=b'{%s"value":[%s]}' % (link.encode(), b",".join(rows)), content_type=_JSON)

    async def _answer(self, request: web.Request) -> web.Response:
        """An answer of Log Analytics: rows at and after a place, in the order of their ingestion."""
        query = (await request.json())["query"]
        place, most = _PLACE.search(query), _MOST.search(query)
        assert place, query
        assert most, query
        first = bisect_left(self._ingested, place[1], 0, self.shown)
        rows = self._rows[first : min(first + int(most[1]), self.shown)] if self.shown else []
        columns = json.dumps([{"name": name, "type": "string"} for name in COLUMNS]).encode()
        body = b'{"tables":[{"name":"PrimaryResult","columns":%s,"rows":[%s]}]}' % (columns, b",".join(rows))
        return web.Response(body=body, content_type=_JSON)


class Receiver:
    """Notes when each group was told of first. A call names its groups by a job and a cause, in either shape."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        self.calls = 0
        self._more = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        at, body = time.monotonic(), await request.read()
        self.calls += 1
        if (group := _group(json.loads(body))) is not None:
            self.first.setdefault(group, at)
            self._more.set()
        return web.Response()

    async def told(self, request: web.Request) -> web.Response:
        """Answers once so many groups were told of: when the first was, and the last."""
        wanted = int(request.query["groups"])
        while len(self.first) < wanted:
            self._more.clear()
            await self._more.wait()
        times = sorted(self.first.values())
        return web.json_response({"first": times[0], "last": times[-1], "calls": self.calls, "times": times})

    async def anew(self, _: web.Request) -> web.Response:
        self.first, self.calls = {}, 0
        return web.Response()


def _group(said: dict[str, Any]) -> str | None:
    labels = said.get("groupLabels")
    if labels:
        return f"{labels['job']} {labels['cause']}"
    incident: dict[str, Any] = said.get("incident") or {}
    if said.get("event") != "opened" or incident.get("rule") != "failing_objects":
        return None
    return f"{incident['job']['id']} {incident['cause']['code']}"


async def _serve(folder: Path, events: int, began: datetime, apart: timedelta) -> None:
    logs, receiver = Logs(Storm(began, apart), events), Receiver()
    context, ca_file = serve_tls(folder)
    calls = web.Application(client_max_size=2**26)

    async def show(request: web.Request) -> web.Response:
        logs.shown = int(request.query["events"])
        return web.Response()

    calls.router.add_post("/told", receiver.take)
    calls.router.add_get("/told", receiver.told)
    calls.router.add_post("/anew", receiver.anew)
    calls.router.add_post("/show", show)
    ports = [free_port(), free_port()]
    for app, port, tls in ((logs.app(), ports[0], context), (calls, ports[1], None)):
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    told = {"logs": f"https://localhost:{ports[0]}", "calls": f"http://127.0.0.1:{ports[1]}", "ca_file": str(ca_file)}
    print(json.dumps(told), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


class Outside:
    """The process as the benchmark sees it."""

    def __init__(self, told: dict[str, str], client: ClientSession) -> None:
        self.logs, self.calls, self.ca_file = told["logs"], told["calls"], told["ca_file"]
        self._client = client

    async def told(self, groups: int) -> dict[str, Any]:
        """Waits until so many groups were told of."""
        async with self._client.get(f"{self.calls}/told", params={"groups": groups}, timeout=None) as answer:
            return await answer.json()

    async def anew(self) -> None:
        async with self._client.post(f"{self.calls}/anew"):
            pass

    async def show(self, events: int) -> None:
        """So many events are visible from now on."""
        async with self._client.post(f"{self.calls}/show", params={"events": events}):
            pass


@asynccontextmanager
async def outside(folder: Path, events: int, *, began: datetime, apart: timedelta) -> AsyncGenerator[Outside]:
    """Start it with so many events, one so long after the other, and wait until all lies ready; none is shown yet."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.outside", str(folder), str(events)),
        *(began.isoformat(), str(apart.total_seconds())),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        told = json.loads(await process.stdout.readline())
        async with ClientSession() as client:
            yield Outside(told, client)
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    where, many, start, seconds = sys.argv[1:5]
    asyncio.run(_serve(Path(where), int(many), datetime.fromisoformat(start), timedelta(seconds=float(seconds))))
