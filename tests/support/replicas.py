"""Several bots in processes of their own on one database, before one tenant and one Teams, all by the real clock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.lag import PROMPT
from sandbox.memory_cards import Shown
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.serving import Serving
from tests.support.talk import texts


@dataclass(frozen=True, kw_only=True)
class Replicas:
    """The bots, and what is around them."""

    tenant: Tenant
    box: Sandbox
    teams: MemoryTeams
    door: Door
    bots: list[Serving]
    folder: Path

    async def leader(self, *, but: Serving | None = None) -> Serving:
        """The one that leads, as soon as one does."""
        async with asyncio.timeout(40):
            while True:
                for bot in self.bots:
                    if bot is not but and await bot.leads():
                        return bot
                await self.bots[0].breathe()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that other processes bring about."""
        async with asyncio.timeout(40):
            while not true():
                await self.bots[0].breathe()

    def cards(self, words: str) -> list[Shown]:
        """The cards that show these words."""
        return [card for card in self.teams.cards() if words in " ".join(texts(card.card))]

    def number(self, words: str) -> str:
        """Of the incident whose card shows these words: a busy machine may make others before it."""
        (card,) = self.cards(words)
        return re.findall(r"#(\d+)", " ".join(texts(card.card)))[0]

    def listens(self, bot: Serving) -> None:
        """Let Teams speak to this replica from now on, as the balancer in front of them would."""
        self.door.bot_url = f"http://127.0.0.1:{bot.port}/api/messages"


@asynccontextmanager
async def replicas(folder: Path, database_url: str, count: int = 3, **settings: Any) -> AsyncGenerator[Replicas]:
    """Everything, started; the app is installed in General through the first of them."""
    tenant = Tenant(story="quiet", lag=PROMPT)
    async with AsyncExitStack() as held:
        box = await held.enter_async_context(Sandbox(tenant, Faults(tenant.clock), folder=folder, throttle=False))
        given = box.environment() | {"DATABASE_URL": database_url, "WATCH_SECONDS": "1", "JOBS_SECONDS": "1"}
        bots = [Serving(given | {"READ_BACK": "true"} | settings) for _ in range(count)]
        for bot in bots:
            await bot.start(folder)
            held.push_async_callback(bot.kill)
        teams = MemoryTeams(tenant)
        door = await held.enter_async_context(Door(tenant, box.faults, teams, sign=box.token, bot_url=""))
        teams.through(door)
        made = Replicas(tenant=tenant, box=box, teams=teams, door=door, bots=bots, folder=folder)
        await made.leader()
        for bot in bots:
            await bot.answers()
        made.listens(bots[0])
        await door.install()
        yield made
