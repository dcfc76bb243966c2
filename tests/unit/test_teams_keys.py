"""The keys that sign what Teams sends: fetched once, again when they change, and never because strangers want it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.teams_stage import Stage

MINUTE = 60


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def now() -> int:
    return int(time.time())


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_keys_roll_over_without_a_restart(stage: Stage) -> None:
    old = f"Bearer {stage.token()}"
    assert (await stage.send(stage.activity(), header=old))[0] == 200
    stage.keys.rotate()
    assert (await stage.send(stage.activity()))[0] == 200
    await refused(stage, header=old)
    stage.keys.rotate(keep=True)
    stage.ahead += timedelta(minutes=1)
    assert (await stage.send(stage.activity()))[0] == 200


async def test_keys_are_fetched_once_and_again_after_a_day(stage: Stage) -> None:
    await asyncio.gather(*(stage.send(stage.activity()) for _ in range(5)))
    assert stage.key_requests == 2  # the metadata and the keys
    stage.ahead = timedelta(hours=25)
    # The old token is known by its hash; a new one asks for the key.
    assert (await stage.send(stage.activity(), exp=now() + 26 * 60 * MINUTE))[0] == 200
    assert stage.key_requests == 4


async def test_strangers_cannot_make_the_bot_hammer_the_key_server(stage: Stage) -> None:
    assert (await stage.send(stage.activity()))[0] == 200
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(stage.token(), options={"verify_signature": False})
    for number in range(20):
        token = jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": f"made-up-{number}"})
        await refused(stage, header=f"Bearer {token}", heard=1)
    assert stage.key_requests == 4


async def test_nobody_gets_in_while_the_keys_cannot_be_read_and_everybody_does_afterwards(stage: Stage) -> None:
    stage.keys_down = True
    await refused(stage, header=f"Bearer {stage.token()}")
    (problem,) = stage.teams.problems()
    assert problem.startswith("The keys that sign what Teams sends cannot be read from http://127.0.0.1:")
    stage.keys_down = False
    stage.ahead = timedelta(seconds=11)
    assert (await stage.send(stage.activity()))[0] == 200
    assert stage.teams.problems() == []


async def test_old_keys_stay_good_while_new_ones_cannot_be_read(stage: Stage) -> None:
    assert (await stage.send(stage.activity()))[0] == 200
    stage.keys_down, stage.ahead = True, timedelta(hours=25)
    assert (await stage.send(stage.activity(), exp=now() + 26 * 60 * MINUTE))[0] == 200


async def refused(stage: Stage, *, header: str, heard: int | None = None) -> None:
    before = len(stage.ear.lines)
    status, body = await stage.send(stage.activity(), header=header)
    assert status == 401
    assert set(body) == {"error"}
    assert len(stage.ear.lines) == (before if heard is None else heard)
