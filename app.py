"""Syncwatch: composition root and command line. The only place that knows all the pieces."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.ports import AuditSource, BadSettings, Clock, Logs, Source

if TYPE_CHECKING:
    from aiohttp import web
    from azure.identity.aio import ClientSecretCredential

    from bot.adapters.archive import Archive
    from bot.adapters.graph.client import GraphClient
    from bot.adapters.store import Store
    from bot.adapters.teams import Teams
    from bot.adapters.teams.adapter import Look as LookBack
    from bot.health import Health
    from bot.outbox import Deliverer, Delivering
    from bot.settings import Settings
    from bot.sources.pacer import Pacer
    from bot.watch import Watcher

log = logging.getLogger(__name__)

Look = Callable[[], Awaitable[None]]

GRACE = timedelta(seconds=30)
"""How much longer than its period a source may be silent before the bot is not ready."""

AFTER_ACTING = (1.0, 3.0, 6.0)
"""Seconds to wait before each look that follows a command."""


def utc_now() -> datetime:
    """The clock of everything."""
    return datetime.now(UTC)


# --- The bot -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Bot:
    """The pieces, put together and idle: `run` sets them going."""

    store: Store
    teams: Teams
    watcher: Watcher
    deliverer: Deliverer
    delivering: Delivering
    health: Health
    web: web.Application
    acted: asyncio.Event


@asynccontextmanager
async def assembled(
    settings: Settings, *, now: Clock = utc_now, elapsed: Callable[[], float] = time.monotonic
) -> AsyncGenerator[Bot]:
    """The whole bot, closed at the end of the block. `elapsed` paces calls, in seconds. Raises BadSettings."""
    from bot import web
    from bot.activity import Keep
    from bot.adapters.graph.directory import GraphDirectory
    from bot.adapters.graph.jobs import GraphJobs
    from bot.adapters.store import Store
    from bot.adapters.teams import Teams
    from bot.chat import Chat
    from bot.health import Health
    from bot.outbox import Deliverer, Delivering
    from bot.present import incident_card
    from bot.roles import Roles
    from bot.surroundings import Surroundings
    from bot.watch import Watcher
    from cards.notes import summary
    from manifest.about import ABOUT

    _learn(settings)
    async with AsyncExitStack() as held:
        store = await Store.open(settings.database_url)
        held.push_async_callback(store.close)
        credential = _credential(settings)
        held.push_async_callback(credential.close)
        graph = _graph(settings, credential)
        held.push_async_callback(graph.close)
        jobs = GraphJobs(graph, clock=now, discover_seconds=settings.discover_seconds)
        health = Health(_patience(settings), now, also=_around(settings))
        logs, archive = _past(settings, credential, now, held)
        sources = _sources(settings, graph, credential, elapsed, archive, held)
        acted = asyncio.Event()

        async def token() -> str:
            return (await credential.get_token(settings.bot_scope)).token

        chat = Chat(
            store=store,
            jobs=jobs,
            roles=Roles(settings.readers, settings.operators),
            now=now,
            changed=lambda: delivering.wake(),
            look_soon=acted.set,
            watch_on_install=settings.watch_on_install,
            logs=logs,
        )
        teams = Teams(
            app_id=settings.app_id,
            tenant_id=settings.tenant_id,
            openid_url=settings.bot_openid_url,
            issuer=settings.bot_issuer,
            token=token,
            listener=chat,
            clock=now,
            look=_look(settings, graph),
            ca_file=settings.ca_file,
        )
        held.push_async_callback(teams.close)
        deliverer = Deliverer(
            store=store,
            messenger=teams,
            render=lambda incident: (incident_card(incident, now()), summary(incident)),
            now=now,
        )
        delivering = Delivering(deliverer)
        watcher = Watcher(
            store=store,
            jobs=jobs,
            sources=sources,
            now=now,
            health=health,
            around=Surroundings(
                store=store,
                now=now,
                health=health,
                audits=_audits(settings, graph, credential, elapsed, held, sources),
                directory=GraphDirectory(graph, app_id=settings.app_id),
            ),
            wake=delivering.wake,
            keep=Keep(hours=timedelta(days=settings.hours_days), cleared=timedelta(days=settings.cleared_days)),
        )
        yield Bot(
            store=store,
            teams=teams,
            watcher=watcher,
            deliverer=deliverer,
            delivering=delivering,
            health=health,
            web=web.application(
                receive=teams.receive, problems=lambda: health.problems() + teams.problems(), about=ABOUT
            ),
            acted=acted,
        )


def _learn(settings: Settings) -> None:
    from bot.causes import BadKnowledge, learn

    try:
        learn(settings.errors_file.read_bytes() if settings.errors_file else b"")
    except (OSError, BadKnowledge) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadSettings(f"The file of ERRORS_FILE cannot be used: {reason}") from None


def _credential(settings: Settings) -> ClientSecretCredential:
    from azure.identity.aio import ClientSecretCredential

    own = settings.ca_file is not None
    return ClientSecretCredential(
        settings.tenant_id,
        settings.app_id,
        settings.app_secret.get_secret_value(),
        authority=settings.login_url,
        disable_instance_discovery=own,
        connection_verify=str(settings.ca_file) if own else True,
        retry_total=1,
    )


def _graph(settings: Settings, credential: ClientSecretCredential) -> GraphClient:
    from bot.adapters.graph.client import GraphClient

    return GraphClient(credential, url=settings.graph_url, ca_file=settings.ca_file)


def _look(settings: Settings, graph: GraphClient) -> LookBack | None:
    from bot.adapters.graph.messages import GraphMessages

    return GraphMessages(graph, app_id=settings.app_id).find if settings.read_back else None


def _past(
    settings: Settings, credential: ClientSecretCredential, now: Clock, held: AsyncExitStack
) -> tuple[Logs | None, Archive | None]:
    """Where history is asked for, and where Graph's log is kept for it if there is no workspace."""
    if settings.workspace_id:
        from bot.adapters.log_analytics import LogAnalytics

        logs = LogAnalytics(credential, settings.workspace_id, url=settings.logs_url, ca_file=settings.ca_file)
        held.push_async_callback(logs.close)
        return logs, None
    if settings.archive_file is None:
        return None, None
    from bot.adapters.archive import Archive

    archive = Archive(settings.archive_file, days=settings.archive_days, now=now)
    held.push_async_callback(archive.close)
    return archive, archive


def _sources(
    settings: Settings,
    graph: GraphClient,
    credential: ClientSecretCredential,
    elapsed: Callable[[], float],
    archive: Archive | None,
    held: AsyncExitStack,
) -> list[Source]:
    found: list[Source] = []
    for name in settings.sources_to_read:
        if name == "graph":
            from bot.adapters.graph.provisioning_log import ProvisioningLog
            from bot.sources.graph import GraphSource

            found.append(GraphSource(ProvisioningLog(graph), elapsed=elapsed, keeper=archive))
        else:
            from bot.adapters.log_analytics import LogAnalytics
            from bot.sources.log_analytics import LogAnalyticsSource

            logs = LogAnalytics(credential, settings.workspace_id, url=settings.logs_url, ca_file=settings.ca_file)
            held.push_async_callback(logs.close)
            found.append(LogAnalyticsSource(logs, elapsed=elapsed))
    return found


def _audits(
    settings: Settings,
    graph: GraphClient,
    credential: ClientSecretCredential,
    elapsed: Callable[[], float],
    held: AsyncExitStack,
    sources: Sequence[Source],
) -> AuditSource | None:
    """The audit log, within the budget of the provisioning log that is read from the same service."""
    if settings.audits == "graph":
        from bot.adapters.graph.audit_log import AuditLog
        from bot.sources.graph import BUDGET
        from bot.sources.graph_audits import GraphAudits

        return GraphAudits(AuditLog(graph), _shared_pacer(sources, "graph", BUDGET, elapsed))
    if settings.audits == "log_analytics":
        from bot.adapters.log_analytics import LogAnalytics
        from bot.sources.log_analytics import BUDGET as QUERIES
        from bot.sources.logs_audits import LogAnalyticsAudits

        logs = LogAnalytics(credential, settings.workspace_id, url=settings.logs_url, ca_file=settings.ca_file)
        held.push_async_callback(logs.close)
        return LogAnalyticsAudits(logs, _shared_pacer(sources, "log_analytics", QUERIES, elapsed))
    return None


def _shared_pacer(
    sources: Sequence[Source], name: str, budget: Sequence[tuple[float, int]], elapsed: Callable[[], float]
) -> Pacer:
    from bot.sources.pacer import Pacer

    found = next((getattr(source, "pacer", None) for source in sources if source.name == name), None)
    return found if isinstance(found, Pacer) else Pacer(budget, elapsed)


def _around(settings: Settings) -> tuple[str, ...]:
    always = ("directory", "groups")
    return always if settings.audits == "none" else ("audits", *always)


def _patience(settings: Settings) -> dict[str, timedelta]:
    look = timedelta(seconds=3 * settings.watch_seconds) + GRACE
    return {"jobs": timedelta(seconds=3 * settings.jobs_seconds) + GRACE} | dict.fromkeys(
        settings.sources_to_read, look
    )


# --- Running it --------------------------------------------------------------------------------------------------------


async def serve(settings: Settings) -> int:
    """Run the bot until it is told to stop."""
    stop = asyncio.Event()
    _on_signals(stop)
    async with assembled(settings) as bot, AsyncExitStack() as held:
        await _listen(settings, bot, held)
        for loop in (bot.delivering.run(), _look_when_acted(bot)):
            held.push_async_callback(_ended, asyncio.create_task(loop))
        _wind_up(settings, bot, held)
        await stop.wait()
    return 0


async def _listen(settings: Settings, bot: Bot, held: AsyncExitStack) -> None:
    from aiohttp import web

    from bot.web import AccessLog

    runner = web.AppRunner(bot.web, access_log_class=AccessLog, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    held.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadSettings(
            f"The bot cannot listen on HOST {settings.host}, PORT {settings.port}: {reason.lower()}. Choose another PORT."
        ) from None


def _wind_up(settings: Settings, bot: Bot, held: AsyncExitStack) -> None:
    """Set the clock going. APScheduler is only that: it calls, and never calls what is still under way."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    clock: Any = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    start = utc_now()
    clock.add_job(_called(bot.watcher.look_at_jobs), "interval", seconds=settings.jobs_seconds, next_run_time=start)
    clock.add_job(_called(bot.watcher.tick), "interval", seconds=settings.watch_seconds, next_run_time=start)
    clock.start()
    held.callback(clock.shutdown, wait=False)


def _called(look: Look) -> Look:
    """A look that the clock may call: that it is told to stop is no fault."""

    async def once() -> None:
        with suppress(asyncio.CancelledError):
            await _logged(look)

    return once


async def _logged(look: Look) -> None:
    try:
        await look()
    except Exception:
        log.exception("a look failed in an unforeseen way")


async def _look_when_acted(bot: Bot) -> None:
    """After a command changed a job, see what became of it sooner than the clock would."""
    while True:
        await bot.acted.wait()
        bot.acted.clear()
        for pause in AFTER_ACTING:
            await asyncio.sleep(pause)
            await _logged(bot.watcher.look_at_jobs)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)


# --- The command line --------------------------------------------------------------------------------------------------


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 is good, 2 is a mistake that a person can mend, told in one sentence."""
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _serve(_: argparse.Namespace) -> int:
    from bot import logs, settings

    given = settings.load()
    logs.start(given.log_level)
    return asyncio.run(serve(given))


def _sandbox(arguments: argparse.Namespace) -> int:
    from sandbox.run import Options, run

    given = {name: value for name, value in vars(arguments).items() if name in Options.__struct_fields__}
    return asyncio.run(run(Options(**given)))


def _manifest(arguments: argparse.Namespace) -> int:
    from bot.command import commands
    from manifest.build import write

    shown = [each.help for each in commands().values() if not each.hidden]
    try:
        made = write(arguments.app_id, arguments.domain, Path(arguments.out), shown)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    print(f"{made} is written. Upload it in Teams: Apps, Manage your apps, Upload an app.")
    return 0


def _speed(text: str) -> float:
    value = float(text)
    if not 0.01 <= value <= 1000:
        raise argparse.ArgumentTypeError("must be between 0.01 and 1000")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 65_535:
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description="Syncwatch: watches Microsoft Entra provisioning.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    verbs.add_parser("serve", help="run the bot on a real tenant").set_defaults(run=_serve)

    sandbox = verbs.add_parser("sandbox", help="run the bot on a tenant in a box, with a Teams client to try it in")
    sandbox.add_argument("--seed", type=int, default=1, help="which company; the same seed gives the same one")
    sandbox.add_argument("--speed", type=_speed, default=1.0, help="how many times faster its story plays")
    sandbox.add_argument("--story", choices=["quiet", "default", "storm"], default="default", help="what happens there")
    sandbox.add_argument("--port", type=_port, default=56150, help="port of the Teams client's page")
    sandbox.set_defaults(run=_sandbox)

    package = verbs.add_parser("manifest", help="build the app package that Teams takes")
    package.add_argument("--app-id", required=True, help="application (client) id of the bot")
    package.add_argument("--domain", required=True, help="host name that the bot is reached at")
    package.add_argument("--out", default="dist/syncwatch.zip", help="where to write the package")
    package.set_defaults(run=_manifest)
    return parser


if __name__ == "__main__":
    sys.exit(main())
