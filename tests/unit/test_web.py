"""The HTTP face: alive, ready, and silent about what runs inside."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import AccessLog, application

Client = TestClient[web.Request, web.Application]


async def receive(request: web.Request) -> web.Response:
    if await request.read() == b"fail":
        raise RuntimeError("password=hunter2")
    return web.Response()


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
async def client(problems: list[str]) -> AsyncIterator[Client]:
    async with AsyncExitStack() as stack:
        app = application(receive=receive, problems=lambda: problems)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server(access_log_class=AccessLog)
        yield await stack.enter_async_context(TestClient(server))


async def test_the_process_is_alive_whatever_else_is_wrong(client: Client, problems: list[str]) -> None:
    problems.append("Graph did not answer for 5 minutes.")
    assert await (await client.get("/healthz")).json() == {"status": "alive"}


async def test_readiness_tells_the_problems_in_sentences(client: Client, problems: list[str]) -> None:
    ready = await client.get("/readyz")
    assert (ready.status, await ready.json()) == (200, {"status": "ready", "role": "leader"})
    problems.append("Graph did not answer for 5 minutes.")
    not_ready = await client.get("/readyz")
    assert not_ready.status == 503
    assert await not_ready.json() == {
        "status": "not ready",
        "role": "leader",
        "problems": ["Graph did not answer for 5 minutes."],
    }


async def test_a_fault_is_told_by_its_reference_only(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = await client.post("/api/messages", data=b"fail")
    told = await answer.json()
    assert (answer.status, told["error"]) == (500, "Something went wrong here.")
    assert told["reference"] == next(record.reference for record in caplog.records if record.msg == "fault")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("GET", "/api/messages", 405), ("DELETE", "/healthz", 405)]
)
async def test_what_is_not_there_is_said_in_json(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status == status
    assert set(await answer.json()) == {"error"}
    assert ("Allow" in answer.headers) is (status == 405)


async def test_a_body_may_not_be_larger_than_256_kilobytes(client: Client) -> None:
    assert (await client.post("/api/messages", data=b"x" * 262_144)).status == 200
    answer = await client.post("/api/messages", data=b"x" * 262_145)
    assert (answer.status, set(await answer.json())) == (413, {"error"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nothing"])
async def test_no_answer_names_the_server(client: Client, path: str) -> None:
    assert "Server" not in (await client.get(path)).headers


async def test_the_access_log_has_no_secrets(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        headers = {"Authorization": "Bearer secret-token"}
        await client.post("/api/messages?code=secret-code", data=b"secret-body", headers=headers)
    (record,) = [one for one in caplog.records if one.msg == "request"]
    assert (record.path, record.status, record.method) == ("/api/messages", 200, "POST")  # type: ignore[attr-defined]
    assert "secret" not in str(vars(record))
