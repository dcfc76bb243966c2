"""The composition root: the only place that knows all the pieces, and passes each what it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import getpid
from secrets import token_hex
from socket import gethostname
from typing import TYPE_CHECKING

from bot.assembly.reading import audits, past, sources
from bot.ports import BadSettings, Clock

if TYPE_CHECKING:
    from aiohttp import web
    from azure.identity.aio import ClientSecretCredential

    from bot.adapters.graph.client import GraphClient
    from bot.adapters.store import Store
    from bot.adapters.teams import Teams
    from bot.adapters.teams.adapter import Look as LookBack
    from bot.delivering import Delivering
    from bot.health import Health
    from bot.leading import Leading
    from bot.outbox import Deliverer
    from bot.settings import Settings
    from bot.watch import Watcher

GRACE = timedelta(seconds=30)
"""How much longer than its period a source may be silent before the bot is not ready."""


def utc_now() -> datetime:
    """The clock of everything."""
    return datetime.now(UTC)


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
    leading: Leading


@asynccontextmanager
async def assembled(
    settings: Settings,
    *,
    now: Clock = utc_now,
    elapsed: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Bot]:
    """The whole bot, closed at the end of the block. `elapsed` and `sleep` pace calls, in seconds. Raises BadSettings."""
    from bot import web
    from bot.activity import Keep
    from bot.adapters.graph.directory import GraphDirectory
    from bot.adapters.graph.jobs import GraphJobs
    from bot.adapters.store import Fenced, Store
    from bot.adapters.teams import Teams
    from bot.chat import Chat
    from bot.delivering import Delivering
    from bot.health import Health
    from bot.leading import Leading
    from bot.outbox import Deliverer
    from bot.pacing import Pacing
    from bot.present import incident_card
    from bot.roles import Roles
    from bot.surroundings import Surroundings
    from bot.watch import Watcher
    from cards.notes import summary
    from manifest.about import ABOUT

    _learn(settings)
    async with AsyncExitStack() as held:
        name = f"syncwatch {gethostname()} {getpid()} {token_hex(4)}"[:63]
        store = await Store.open(settings.database_url, name=name)
        held.push_async_callback(store.close)
        fenced = Fenced(store)
        credential = _credential(settings)
        held.push_async_callback(credential.close)
        graph = _graph(settings, credential)
        held.push_async_callback(graph.close)
        jobs = GraphJobs(graph, clock=now, discover_seconds=settings.discover_seconds)
        health = Health(_patience(settings), now, also=_around(settings))
        logs, archive = past(settings, credential, now, held)
        reading = sources(settings, graph, credential, elapsed, archive, held)
        acted = asyncio.Event()
        leading = Leading(store, fenced, name, woken=lambda: delivering.wake(), looked=acted.set)

        async def token() -> str:
            return (await credential.get_token(settings.bot_scope)).token

        chat = Chat(
            store=store,
            jobs=jobs,
            roles=Roles(settings.readers, settings.operators),
            now=now,
            changed=leading.wake,
            look_soon=leading.look,
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
            store=fenced,
            messenger=teams,
            render=lambda incident: (incident_card(incident, now()), summary(incident)),
            now=now,
            pacing=Pacing(elapsed),
            sleep=sleep,
            may_act=lambda: leading.may_act,
        )
        delivering = Delivering(deliverer)
        watcher = Watcher(
            store=fenced,
            jobs=jobs,
            sources=reading,
            now=now,
            health=health,
            around=Surroundings(
                store=fenced,
                now=now,
                health=health,
                audits=audits(settings, graph, credential, elapsed, held, reading),
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
                receive=teams.receive,
                role=lambda: leading.role,
                problems=lambda: _problems(leading, health) + teams.problems(),
                about=ABOUT,
            ),
            acted=acted,
            leading=leading,
        )


def _problems(leading: Leading, health: Health) -> list[str]:
    """A replica that does not lead reads no source: it is ready when it can answer."""
    own = [leading.problem] if leading.problem else []
    return own + (health.problems() if leading.leads or not leading.contended else [])


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


def _around(settings: Settings) -> tuple[str, ...]:
    always = ("directory", "groups")
    return always if settings.audits == "none" else ("audits", *always)


def _patience(settings: Settings) -> dict[str, timedelta]:
    look = timedelta(seconds=3 * settings.watch_seconds) + GRACE
    return {"jobs": timedelta(seconds=3 * settings.jobs_seconds) + GRACE} | dict.fromkeys(
        settings.sources_to_read, look
    )
