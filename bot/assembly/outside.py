"""What nearly every piece is given: settings, clocks, the store, the sign-in, Graph, and what is counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from os import getpid
from secrets import token_hex
from socket import gethostname
from typing import TYPE_CHECKING

from bot.ports import Clock

if TYPE_CHECKING:
    from azure.identity.aio import ClientSecretCredential

    from bot.adapters.graph.client import GraphClient
    from bot.adapters.store import Fenced, Store
    from bot.health import Health
    from bot.metrics import Metrics
    from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Outside:
    """`elapsed` paces calls, in seconds; what is `held` is closed with the bot, the last first.

    `name` tells this process from all other replicas; `instance` tells the bot, with its database, from every other, so
    that whoever was told of incident 1 knows which one. What only the leader may write goes through `fenced`.
    """

    settings: Settings
    now: Clock
    elapsed: Callable[[], float]
    held: AsyncExitStack
    name: str
    instance: str
    store: Store
    fenced: Fenced
    credential: ClientSecretCredential
    graph: GraphClient
    metrics: Metrics
    health: Health


async def opened(settings: Settings, now: Clock, elapsed: Callable[[], float], held: AsyncExitStack) -> Outside:
    """Everything opened, and nothing asked yet. Raises BadSettings where the database cannot be opened after all."""
    from bot.adapters.graph.client import GraphClient
    from bot.adapters.store import Fenced, Store
    from bot.health import Health
    from bot.metered import calls
    from bot.metrics import Metrics

    name = f"syncwatch {gethostname()} {getpid()} {token_hex(4)}"[:63]
    store = await Store.open(settings.database_url, name=name, most_at_once=settings.storm_cards)
    held.push_async_callback(store.close)
    credential = credential_of(settings)
    held.push_async_callback(credential.close)
    metrics = Metrics()
    graph = GraphClient(credential, url=settings.graph_url, ca_file=settings.ca_file, called=calls(metrics, "graph"))
    held.push_async_callback(graph.close)
    return Outside(
        settings=settings,
        now=now,
        elapsed=elapsed,
        held=held,
        name=name,
        instance=f"{settings.app_id}:{store.mark}" if store.mark else settings.app_id,
        store=store,
        fenced=Fenced(store),
        credential=credential,
        graph=graph,
        metrics=metrics,
        health=Health(_patience(settings), now, also=_around(settings)),
    )


def credential_of(settings: Settings) -> ClientSecretCredential:
    """The sign-in of the bot's own application; the caller closes it."""
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


def _around(settings: Settings) -> tuple[str, ...]:
    always = ("directory", "groups", *(("dirsync",) if settings.dirsync else ()))
    return always if settings.audits == "none" else ("audits", *always)


def _patience(settings: Settings) -> dict[str, timedelta]:
    from bot.health import patience

    look = patience(settings.watch_seconds)
    return {"jobs": patience(settings.jobs_seconds)} | dict.fromkeys(settings.sources_to_read, look)
