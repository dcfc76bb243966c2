"""The half that watches: the sources of the log, what is around the jobs, and the watcher over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.assembly.reading import audits, sources
from bot.assembly.rules import reconciler
from bot.ports import Hybrid, Jobs, Tables

if TYPE_CHECKING:
    from bot.absences import Absences
    from bot.adapters.archive import Archive
    from bot.heartbeat import Heartbeat
    from bot.hybrid import HybridLook
    from bot.kqlwatch import KqlWatch
    from bot.routes import Routes
    from bot.watch import Watcher


def watcher(
    outside: Outside,
    jobs: Jobs,
    *,
    home: Tables | None,
    archive: Archive | None,
    kql: KqlWatch | None,
    hybrid: Hybrid | None,
    wake: Callable[[], None],
    routes: Routes,
) -> Watcher:
    """`wake` is called when something was stored that is to be delivered."""
    from bot.activity import Keep
    from bot.adapters.graph.directory import GraphDirectory
    from bot.metered import MeteredSource
    from bot.surroundings import Surroundings
    from bot.watch import Watcher

    settings, reading = outside.settings, sources(outside, archive)
    around = Surroundings(
        store=outside.fenced,
        now=outside.now,
        health=outside.health,
        audits=audits(outside, reading, archive),
        directory=GraphDirectory(outside.graph, app_id=settings.app_id),
        hybrid=_hybrid_look(outside, hybrid),
    )
    return Watcher(
        store=outside.fenced,
        jobs=jobs,
        sources=[MeteredSource(source, outside.metrics) for source in reading],
        now=outside.now,
        health=outside.health,
        around=around,
        wake=wake,
        keep=Keep(hours=timedelta(days=settings.hours_days), cleared=timedelta(days=settings.cleared_days)),
        kql=kql,
        reconciler=reconciler(settings, home, archive, outside.now),
        absences=_absences(outside, routes),
        routes=routes,
    )


def heartbeat(outside: Outside) -> Heartbeat | None:
    """The dead man's switch, where somebody listens to it."""
    from bot.adapters.heartbeat import beat
    from bot.health import patience
    from bot.heartbeat import Heartbeat

    settings = outside.settings
    if settings.heartbeat_url is None:
        return None
    return Heartbeat(
        store=outside.fenced,
        now=outside.now,
        health=outside.health,
        patience=patience(settings.watch_seconds),
        send=partial(beat, settings.heartbeat_url.get_secret_value(), settings.ca_file),
    )


def _absences(outside: Outside, routes: Routes) -> Absences:
    from bot.absences import Absences

    minutes = outside.settings.away_minutes
    longest = timedelta(minutes=minutes) if minutes else timedelta.max
    return Absences(store=outside.fenced, now=outside.now, longest=longest, routes=routes)


def _hybrid_look(outside: Outside, hybrid: Hybrid | None) -> HybridLook | None:
    from bot.hybrid import HybridLook

    if hybrid is None:
        return None
    return HybridLook(
        store=outside.fenced,
        now=outside.now,
        health=outside.health,
        hybrid=hybrid,
        patience=outside.settings.dirsync_hours,
    )
