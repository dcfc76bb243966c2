"""The half that watches: the sources of the log, what is around the jobs, and the watcher over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.assembly.reading import audits, sources
from bot.ports import Jobs

if TYPE_CHECKING:
    from bot.adapters.archive import Archive
    from bot.watch import Watcher


def watcher(outside: Outside, jobs: Jobs, archive: Archive | None, wake: Callable[[], None]) -> Watcher:
    """`wake` is called when something was stored that is to be delivered."""
    from bot.activity import Keep
    from bot.adapters.graph.directory import GraphDirectory
    from bot.metered import MeteredSource
    from bot.surroundings import Surroundings
    from bot.watch import Watcher

    settings, reading = outside.settings, sources(outside, archive)
    around = Surroundings(
        store=outside.store,
        now=outside.now,
        health=outside.health,
        audits=audits(outside, reading),
        directory=GraphDirectory(outside.graph, app_id=settings.app_id),
    )
    return Watcher(
        store=outside.store,
        jobs=jobs,
        sources=[MeteredSource(source, outside.metrics) for source in reading],
        now=outside.now,
        health=outside.health,
        around=around,
        wake=wake,
        keep=Keep(hours=timedelta(days=settings.hours_days), cleared=timedelta(days=settings.cleared_days)),
    )
