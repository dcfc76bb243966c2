"""The port is taken before anything is stored, and answered at once all is ready."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from bot.listening import Door
from bot.ports import BadSettings
from bot.settings import Settings
from sandbox.home import free_port

ID = "0a0a0a0a-0000-4000-8000-000000000001"


@pytest.fixture
async def held() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def at(port: int, host: str = "127.0.0.1") -> Settings:
    return Settings(_env_file=None, tenant_id=ID, app_id=ID, app_secret="s", host=host, port=port)  # pyright: ignore


async def test_nobody_is_answered_until_it_is_open(held: AsyncExitStack) -> None:
    port = free_port()
    door, session = Door(at(port), held), await held.enter_async_context(aiohttp.ClientSession())
    await door.take()
    with pytest.raises(aiohttp.ClientConnectorError):
        await session.get(f"http://127.0.0.1:{port}/")
    await door.open(web.Application())
    async with session.get(f"http://127.0.0.1:{port}/") as answer:
        assert answer.status == 404


async def test_of_two_that_want_one_port_the_slower_is_refused(held: AsyncExitStack) -> None:
    port = free_port()
    one, two = Door(at(port), held), Door(at(port), held)
    await one.take()

    async def come_second() -> None:
        await two.take()  # some systems let two take it, as long as neither answers
        await one.open(web.Application())
        await two.open(web.Application())

    with pytest.raises(BadSettings, match=f"cannot listen on HOST 127.0.0.1, PORT {port}: address already in use"):
        await come_second()


@pytest.mark.parametrize("host", [".", "a" * 64, "two..dots"])
async def test_a_host_that_cannot_even_be_looked_up_is_told_as_one_that_is_not_there(
    held: AsyncExitStack, host: str
) -> None:
    with pytest.raises(BadSettings, match="there is no such host"):
        await Door(at(free_port(), host), held).take()
