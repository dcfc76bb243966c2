"""The half that talks: the chat, the deliverer of cards, and the check-up that chat can ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.assembly.outside import Outside
from bot.assembly.routes import rereading
from bot.assembly.teams import teams_of
from bot.assembly.telling import Sleep, deliverer
from bot.assembly.ways import Ways
from bot.model import Diagnosis, Every
from bot.ports import Hybrid, Jobs, Logs, Naming

if TYPE_CHECKING:
    from bot.adapters.teams import Teams
    from bot.asking import Asking
    from bot.chat import Chat
    from bot.delivering import Delivering
    from bot.digests import Digester
    from bot.given_up import Reporter
    from bot.leading import Leading
    from bot.outbox import Deliverer
    from bot.rereading import Rereading
    from bot.routes import Routes
    from bot.timekeeping import Timekeeper


@dataclass(frozen=True, kw_only=True)
class Talking:
    """`acted` is set where the leader is to look soon, because a command changed a job."""

    teams: Teams
    deliverer: Deliverer
    delivering: Delivering
    digester: Digester
    reporter: Reporter
    timekeeper: Timekeeper
    rereading: Rereading | None
    examine: Callable[[], Awaitable[Sequence[Diagnosis]]]
    acted: asyncio.Event
    leading: Leading


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What people's questions are put to; each is None where it is not there."""

    logs: Logs | None
    asking: Asking | None
    hybrid: Hybrid | None
    routes: Routes


@dataclass(frozen=True, kw_only=True)
class Told:
    """What chat calls when something was changed, and what it asks of the rest of the bot."""

    changed: Callable[[], None]
    look_soon: Callable[[], None]
    examine: Callable[[], Awaitable[Sequence[Diagnosis]]]
    digest_time: Callable[[Every], datetime]
    naming: Naming


def talking(outside: Outside, jobs: Jobs, asked: Asked, sleep: Sleep) -> Talking:
    """Everything between the store and people. `sleep` paces what is sent."""
    from bot.adapters.graph.people import display_name
    from bot.calling import Names
    from bot.delivering import Delivering
    from bot.digests import Digester
    from bot.given_up import Reporter
    from bot.leading import Leading
    from bot.reminders import gaps
    from bot.timekeeping import Timekeeper

    acted = asyncio.Event()
    asked.routes.names = Names(partial(display_name, outside.graph), outside.now)

    # Chat needs the two that are made after it.
    def wake() -> None:
        delivering.wake()

    leading = Leading(outside.store, outside.fenced, outside.name, woken=wake, looked=acted.set)

    async def examine() -> Sequence[Diagnosis]:
        return await _examined(outside, teams, asked)

    settings = outside.settings
    digester = Digester(
        store=outside.fenced, now=outside.now, at=settings.digest_at, zone=ZoneInfo(settings.digest_zone), wake=wake
    )
    told = Told(
        changed=leading.wake,
        look_soon=leading.look,
        examine=examine,
        digest_time=digester.next_time,
        naming=lambda channel: teams.named(channel),
    )
    teams = teams_of(outside, _chat(outside, jobs, asked, told))
    outside.held.push_async_callback(teams.close)
    ways = Ways(outside, teams, asked.routes.arranged.webhooks)
    out = deliverer(outside, ways, asked.routes, leading, sleep)
    delivering = Delivering(out)
    return Talking(
        teams=teams,
        deliverer=out,
        delivering=delivering,
        digester=digester,
        reporter=Reporter(store=outside.fenced, book=asked.routes.book, now=outside.now, wake=wake),
        timekeeper=Timekeeper(
            store=outside.fenced,
            now=outside.now,
            wake=wake,
            routes=asked.routes,
            schedule=gaps(settings.remind),
        ),
        rereading=rereading(outside, asked.routes, ways, leading.wake),
        examine=examine,
        acted=acted,
        leading=leading,
    )


def _chat(outside: Outside, jobs: Jobs, asked: Asked, told: Told) -> Chat:
    from bot.chat import Chat
    from bot.roles import Roles

    return Chat(
        store=outside.store,
        jobs=jobs,
        roles=Roles(outside.settings.readers, outside.settings.operators),
        now=outside.now,
        changed=told.changed,
        look_soon=told.look_soon,
        watch_on_install=outside.settings.watch_on_install,
        logs=asked.logs,
        examine=told.examine,
        asking=asked.asking,
        hybrid=asked.hybrid,
        digest_time=told.digest_time,
        zone=outside.settings.digest_zone,
        routes=asked.routes,
        naming=told.naming,
    )


async def _examined(outside: Outside, teams: Teams, asked: Asked) -> Sequence[Diagnosis]:
    from bot.adapters.graph.granted import GraphPermissions
    from bot.adapters.graph.people import display_name
    from bot.adapters.signin import signing_in
    from bot.assembly.mail import greeting
    from bot.assembly.reading import asking_sources
    from bot.doctor import Patient, examine

    scopes = {"graph": outside.graph.scope, "teams": outside.settings.bot_scope}
    patient = Patient(
        settings=outside.settings,
        store=outside.store,
        now=outside.now,
        health=outside.health,
        permissions=GraphPermissions(outside.graph, outside.settings),
        sign_in=signing_in(outside.credential, scopes),
        server_time=teams.server_time,
        logs=asked.logs,
        routes=asked.routes,
        directory=partial(display_name, outside.graph),
        ask_source=asking_sources(outside, asked.logs),
        greet_mail=greeting(outside),
    )
    return await examine(patient)
