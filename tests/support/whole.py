"""The whole bot on the whole sandbox, in one process: real HTTP, real SDKs, real tokens, and a clock moved by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec.structs import replace

from bot.assembly import Bot, assembled
from bot.model import Incident
from bot.settings import Settings
from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.home import free_port
from sandbox.lag import PROMPT, Lag
from sandbox.memory_cards import Shown
from sandbox.memory_teams import MemoryTeams
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.talk import texts
from tests.support.tenant_box import Dial

_open: set[Path] = set()


class FolderInUse(Exception):
    """A mistake of a test: it would wait without end."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A tenant, the bot on it, and Teams with people in it."""

    tenant: Tenant
    faults: Faults
    box: Sandbox
    door: Door
    teams: MemoryTeams
    bot: Bot
    clock: Dial
    url: str
    folder: Path

    async def look(self, *, seconds: float = 0) -> None:
        """Let time pass, then look at jobs and logs and deliver all that is due."""
        self.clock.turn(seconds=seconds)
        await self.bot.watcher.look_at_jobs()
        await self.bot.watcher.tick()
        await self.bot.digester.post_due()
        await self.bot.timekeeper.tick()
        await self.bot.watcher.look_at_rules()
        await self.deliver()

    async def pass_by(self, *, minutes: float) -> None:
        """Time passes in steps in which everything that is read slowly is read again."""
        for _ in range(int(minutes // 5)):
            await self.look(seconds=300)

    async def deliver(self) -> None:
        """Deliver until nothing is due, letting the pauses between updates pass."""
        while await self.bot.deliverer.deliver():
            self.clock.turn(seconds=2)

    async def incidents(self) -> list[Incident]:
        async with self.bot.store.look() as tx:
            return await tx.incidents.open()

    async def say(self, text: str, **more: Any) -> Shown:
        """Type a line; the card that answers."""
        before = len(self.teams.cards())
        await self.teams.say(text, **more)
        await self.teams.until(lambda: len(self.teams.cards()) > before)
        return self.teams.cards()[-1]

    def card(self, title: str) -> Shown:
        """The newest card that shows these words."""
        return next(card for card in reversed(self.teams.cards()) if title in words(card))


def words(card: Shown) -> str:
    """All that a card says."""
    return " ".join(texts(card.card))


async def little_to_do(scene: Whole) -> None:
    """A tenant in which days pass quickly: no job runs every two minutes, and each finds one change a cycle."""
    for job in scene.tenant.jobs.values():
        job.spec = replace(job.spec, cadence=max(job.spec.cadence, 1_200.0), volume=(1, 1))


def cards_of(whole: Whole, title: str) -> list[Shown]:
    return [card for card in whole.teams.cards() if title in words(card)]


@asynccontextmanager
async def whole(
    folder: Path,
    *,
    story: str = "quiet",
    source: str = "log_analytics",
    lag: Lag = PROMPT,
    clock: Dial | None = None,
    throttle: bool = True,
    **settings: Any,
) -> AsyncGenerator[Whole]:
    """Everything, started; the app is installed in General, and nothing has been looked at yet."""
    # From the present on: botbuilder and azure.identity hold tokens against the machine's own clock.
    clock = clock or Dial(datetime.now(UTC).replace(microsecond=0))
    tenant = Tenant(story=story, clock=clock, lag=lag)
    tenant.tokens.lifetime = 10**7  # the bot holds its token by the machine's clock, whatever the tenant's says
    faults = Faults(tenant.clock)
    port = free_port()
    (folder / "rules").mkdir(exist_ok=True)
    async with AsyncExitStack() as held:
        held.enter_context(_alone(folder))
        box = await held.enter_async_context(Sandbox(tenant, faults, folder=folder, throttle=throttle))
        teams = MemoryTeams(tenant)
        bot_url = f"http://127.0.0.1:{port}/api/messages"
        door = await held.enter_async_context(Door(tenant, faults, teams, sign=box.token, bot_url=bot_url))
        teams.through(door)
        environment = {name.lower(): value for name, value in box.environment().items()}
        given = environment | {
            "database_url": f"sqlite:///{folder / 'bot.db'}",
            "sources": source,
            "host": "127.0.0.1",
            "port": port,
            "rules_off": "*",
            "away_minutes": 0,
            "archive_file": "none",
            "rules_dir": folder / "rules",
        }
        if (kept := settings.get("archive_file", "none")) != "none":
            settings["archive_file"] = folder / kept
        bot = await held.enter_async_context(
            assembled(
                Settings(_env_file=None, **(given | settings)),  # pyright: ignore[reportCallIssue]
                now=clock,
                elapsed=lambda: clock().timestamp(),
                sleep=clock.sleep,
            )
        )
        await _served(bot, port, held)
        await door.install()
        yield Whole(
            tenant=tenant,
            faults=faults,
            box=box,
            door=door,
            teams=teams,
            bot=bot,
            clock=clock,
            url=f"http://127.0.0.1:{port}",
            folder=folder,
        )


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Two at once would overwrite each other's certificate and wait for each other's database: the second is refused."""
    if folder in _open:
        raise FolderInUse(f"Everything is open in {folder} already; give each its own folder, or close the first.")
    _open.add(folder)
    try:
        yield
    finally:
        _open.discard(folder)


async def _served(bot: Bot, port: int, held: AsyncExitStack) -> None:
    runner = web.AppRunner(bot.web, access_log=None, shutdown_timeout=1)
    await runner.setup()
    held.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
