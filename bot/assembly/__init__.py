"""The composition root: the only place that knows all the pieces, and passes each what it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.assembly.alerts import alerts
from bot.assembly.checking import Checked, checked
from bot.assembly.outside import Outside, opened
from bot.assembly.reading import past
from bot.assembly.routes import routes
from bot.assembly.rules import asking, rules, tables
from bot.assembly.talking import Asked, Talking, talking
from bot.assembly.watching import heartbeat, watcher
from bot.ports import Clock
from bot.settings import Read

if TYPE_CHECKING:
    from aiohttp import web

    from bot.adapters.azure_monitor import AlertDoor
    from bot.adapters.store import Store
    from bot.adapters.teams import Teams
    from bot.delivering import Delivering
    from bot.digests import Digester
    from bot.given_up import Reporter
    from bot.health import Health
    from bot.heartbeat import Heartbeat
    from bot.leading import Leading
    from bot.metrics import Metrics
    from bot.model import Diagnosis
    from bot.outbox import Deliverer
    from bot.rereading import Rereading
    from bot.routes import Routes
    from bot.settings import Settings
    from bot.timekeeping import Timekeeper
    from bot.watch import Watcher


def utc_now() -> datetime:
    """The clock of everything."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Bot:
    """The pieces, put together and idle: bot.serving sets them going. `examine` is the check-up of them all."""

    store: Store
    teams: Teams
    watcher: Watcher
    deliverer: Deliverer
    delivering: Delivering
    digester: Digester
    reporter: Reporter
    timekeeper: Timekeeper
    rereading: Rereading | None
    health: Health
    metrics: Metrics
    examine: Callable[[], Awaitable[Sequence[Diagnosis]]]
    web: web.Application
    acted: asyncio.Event
    alerted: asyncio.Event
    leading: Leading
    heartbeat: Heartbeat | None


@asynccontextmanager
async def assembled(
    settings: Settings | Checked,
    *,
    now: Clock = utc_now,
    elapsed: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    telling: bool = True,
) -> AsyncGenerator[Bot]:
    """The whole bot, closed at the end of the block. `elapsed` and `sleep` pace calls, in seconds. Where it is only looked
    at, it is not `telling`: nothing is brought to anybody on its account.

    Settings that are not checked yet are checked before anything is opened. Raises BadSettings.
    """
    from bot.adapters.graph.hybrid import GraphHybrid
    from bot.adapters.graph.jobs import GraphJobs

    known = settings if isinstance(settings, Checked) else await checked(Read(settings=settings))
    settings = known.settings
    async with AsyncExitStack() as held:
        outside = await opened(settings, now, elapsed, held)
        jobs = GraphJobs(outside.graph, clock=now, discover_seconds=settings.discover_seconds)
        logs, archive = past(outside)
        home = tables(settings, logs, archive)
        kql = rules(settings, home, archive, outside.health, now, elapsed)
        hybrid = GraphHybrid(outside.graph) if settings.dirsync else None
        question = asking(settings, home, kql, now, elapsed)
        book = await routes(settings, known.arranged, outside.store, kql, now(), telling=telling)
        talk = talking(outside, jobs, Asked(logs=logs, asking=question, hybrid=hybrid, routes=book), sleep)
        alerted = asyncio.Event()
        yield Bot(
            store=outside.store,
            teams=talk.teams,
            watcher=watcher(
                outside,
                jobs,
                home=home,
                archive=archive,
                kql=kql,
                hybrid=hybrid,
                wake=talk.delivering.wake,
                routes=book,
            ),
            deliverer=talk.deliverer,
            delivering=talk.delivering,
            digester=talk.digester,
            reporter=talk.reporter,
            timekeeper=talk.timekeeper,
            rereading=talk.rereading,
            health=outside.health,
            metrics=outside.metrics,
            examine=talk.examine,
            web=_face(
                outside, talk, book, alerts(settings, outside.store, now, _when_alerted(talk.leading, alerted), held)
            ),
            acted=talk.acted,
            alerted=alerted,
            leading=talk.leading,
            heartbeat=heartbeat(outside),
        )


def _when_alerted(leading: Leading, alerted: asyncio.Event) -> Callable[[], None]:
    """The leader judges at once what Azure Monitor handed in to any replica."""
    return lambda: alerted.set() if leading.leads or not leading.contended else leading.look()


def _problems(outside: Outside, talk: Talking) -> list[str]:
    """A replica that does not lead reads no source: it is ready when it can answer."""
    leading = talk.leading
    own = [each for each in dict.fromkeys((leading.problem, talk.deliverer.problem)) if each]
    return own + (outside.health.problems() if leading.leads or not leading.contended else [])


def _face(outside: Outside, talk: Talking, book: Routes, door: AlertDoor | None) -> web.Application:
    from bot import web
    from manifest.about import ABOUT

    return web.application(
        receive=talk.teams.receive,
        problems=lambda: _problems(outside, talk) + talk.teams.problems(),
        role=lambda: talk.leading.role,
        about=ABOUT,
        alerts=door.receive if door else None,
        measured=lambda: outside.metrics.text(
            outside.store,
            outside.health,
            book,
            outside.now(),
            leads=talk.leading.role == "leader",
        ),
    )
