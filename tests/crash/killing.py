"""Bots that are killed at random moments while incidents open and resolve: at the end each incident has one card, no more."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import msgspec

from bot.adapters.store import Store
from cards.incident import marker
from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.home import free_port
from sandbox.lag import PROMPT
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.crash.desk import Desk
from tests.support.until import until

LONGEST_LIFE = 2.0
"""Seconds until the next kill, at most."""

HEALED = 0.5
"""How often everything heals of the job that most fails of: else jobs end in quarantine, where nothing new happens."""

PATIENCE = 900
"""Seconds in which the last bot must have come to rest."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What there is after the last bot was left alone until it came to rest. `repeated` are calls that a webhook was sent
    more than once, each time under the same id.
    """

    kills: int
    replicas: int
    incidents: int
    lost: list[str]
    doubled: list[str]
    disordered: list[str]
    repeated: int


class Bots:
    """Processes that run the bot, each in a slot with a port of its own."""

    def __init__(self, process: asyncio.subprocess.Process, settings: dict[str, str], count: int) -> None:
        self._process = process
        self._settings = settings
        self.ports = [free_port() for _ in range(count)]
        self._pids = dict[int, int]()

    async def start(self, slot: int) -> None:
        assert self._process.stdin
        assert self._process.stdout
        line = json.dumps(self._settings | {"PORT": str(self.ports[slot])})
        self._process.stdin.write(f"{line}\n".encode())
        self._pids[slot] = int(await self._process.stdout.readline())

    def kill(self, slot: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pids[slot], signal.SIGKILL)


@asynccontextmanager
async def bots(settings: dict[str, str], count: int) -> AsyncGenerator[Bots]:
    """All started; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.forked"),
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    made = Bots(process, settings, count)
    try:
        for slot in range(count):
            await made.start(slot)
        yield made
    finally:
        for slot in range(count):
            made.kill(slot)
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def killing(folder: Path, url: str, *, replicas: int, kills: int, seed: int = 1) -> Outcome:
    """Kill one of the replicas at random, `kills` times, while causes come and go."""
    rng = random.Random(seed)
    tenant = Tenant(story="quiet", lag=PROMPT)
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock), folder=folder, throttle=False))
        desk = Desk()
        await held.enter_async_context(desk.server.running())
        settings = box.environment() | {
            **desk.settings(folder),
            "DATABASE_URL": url,
            "HOST": "127.0.0.1",
            "SOURCES": "log_analytics",
            "READ_BACK": "true",
            "WATCH_SECONDS": "0.3",
            "JOBS_SECONDS": "1",
            "STORM_CARDS": "100000",
            "AWAY_MINUTES": "0",
            "LOG_LEVEL": "ERROR",
        }
        running = await held.enter_async_context(bots(settings, replicas))
        teams = MemoryTeams(tenant)
        hook = f"http://127.0.0.1:{running.ports[0]}/api/messages"
        door = await held.enter_async_context(Door(tenant, box.faults, teams, sign=box.token, bot_url=hook))
        teams.through(door)
        await _installed(door, teams)
        for number in range(kills):
            await _round(tenant, running, rng, number)
        return await _at_rest(url, tenant, teams, desk, kills=kills, replicas=replicas)


async def _installed(door: Door, teams: MemoryTeams) -> None:
    async def listens() -> bool:
        with suppress(Exception):
            await door.install()
        return bool(teams.cards())

    assert await until(listens)


async def _round(tenant: Tenant, running: Bots, rng: random.Random, number: int) -> None:
    sound = [job.spec.id for job in tenant.jobs.values() if job.broken is None]
    if rng.random() < HEALED:
        tenant.beat("recover", job=max(sound, key=lambda job: len(tenant.job(job).failing)))
    tenant.beat("fail", job=rng.choice(sound), code=f"Unheard{number:04d}", count=2)
    slot = rng.randrange(len(running.ports))
    await asyncio.sleep(rng.uniform(0.05, LONGEST_LIFE))
    running.kill(slot)
    await running.start(slot)


async def _at_rest(url: str, tenant: Tenant, teams: MemoryTeams, desk: Desk, **counts: int) -> Outcome:
    """Wait until every cause that is still there has its incident, and every incident its card; then count."""
    store = await Store.open(url)
    try:

        async def told() -> bool:
            return not await _unseen(store, tenant) and not await _behind(store)

        # What waits is told within Teams' windows, two messages a second in a conversation.
        assert await until(told, seconds=PATIENCE), (
            f"{await _behind(store)} to deliver, {await _unseen(store, tenant)} untold"
        )
        lost = [*await _unseen(store, tenant)]
        async with store.look() as tx:
            incidents = await tx.incidents.latest(limit=100_000)
    finally:
        await store.close()
    said = [json.dumps(card.card) for card in teams.cards()]
    found = {each.number: sum(marker(each) in text for text in said) for each in incidents}
    # What another incident explains is told on that one's card.
    own = [each for each in incidents if not each.held_by]
    lost += [f"#{each.number}" for each in own if found[each.number] == 0] + desk.lost(own)
    return Outcome(
        incidents=len(incidents),
        lost=lost,
        doubled=[f"#{number}" for number, times in found.items() if times > 1],
        disordered=desk.disordered(),
        repeated=desk.repeated(),
        **counts,
    )


async def _unseen(store: Store, tenant: Tenant) -> set[str]:
    """Codes by which something fails now, of which no incident tells."""
    failing = {each.trouble.code for job in tenant.jobs.values() for each in job.failing.values()}
    async with store.look() as tx:
        told = " ".join(str(each.alert) for each in await tx.incidents.open())
    return {code for code in failing if code not in told}


async def _behind(store: Store) -> int:
    async with store.look() as tx:
        return await tx.outbox.behind()
