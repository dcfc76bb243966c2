"""The rules in KQL put together: their files, the store that they are asked of, and what is missing there at times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.adapters.kql.tables import columns
from bot.answers import Answers
from bot.asking import Asking
from bot.kqlrules.portal import pages
from bot.kqlrules.question import with_values
from bot.kqlrules.shelf import Judge, Shelf
from bot.kqlwatch import BUDGET, JOBS, KqlWatch
from bot.ports import Clock, Logs, Tables
from bot.reconcile import Reconciler
from bot.sources.pacer import Pacer

if TYPE_CHECKING:
    from bot.adapters.archive import Archive
    from bot.health import Health
    from bot.kqlrules.model import KqlRule
    from bot.settings import Settings


def tables(settings: Settings, logs: Logs | None, archive: Archive | None) -> Tables | None:
    """Where KQL is asked: the workspace, or else the archive."""
    from bot.adapters.log_analytics import LogAnalytics
    from bot.adapters.log_tables import WorkspaceTables

    return WorkspaceTables(logs, settings.kql_tables) if isinstance(logs, LogAnalytics) else archive


def rules(
    settings: Settings,
    home: Tables | None,
    archive: Archive | None,
    health: Health,
    now: Clock,
    elapsed: Callable[[], float],
) -> KqlWatch | None:
    """The watch over the rules in KQL; None where there is nothing to ask them of."""
    if home is None:
        return None
    local = home is archive

    def missing() -> set[str]:
        well = {each.name for each in health.states() if each.answered_at is not None and each.failing_since is None}
        kept = archive is not None and not archive.problem
        there = {
            JOBS: "jobs" in well,
            "AADProvisioningLogs": not local or (kept and "graph" in well),
            "AuditLogs": not local or (kept and "audits" in well),
        }
        return {name for name, whole in there.items() if not whole}

    return KqlWatch(
        shelf=Shelf(settings.rules_dir, judge=judge(settings, local=local), taken=_names, off=settings.rules_off),
        home=home,
        now=now,
        health=health,
        pacer=Pacer(BUDGET, elapsed),
        missing=missing,
        own_app=settings.app_id,
        pages=lambda rule: () if local else pages(rule, settings.workspace_resource, settings.tenant_id),
    )


def reconciler(settings: Settings, home: Tables | None, archive: Archive | None, now: Clock) -> Reconciler | None:
    """What holds the workspace against the archive; None where there are not both, each filled by itself."""
    fed = "graph" in settings.sources_to_read and settings.audits == "graph"
    if home is None or archive is None or home is archive or not fed:
        return None
    return Reconciler(one=home, other=archive, now=now)


def asking(
    settings: Settings, home: Tables | None, watch: KqlWatch | None, now: Clock, elapsed: Callable[[], float]
) -> Asking | None:
    """What people may ask; None where there is nothing to ask."""
    from bot.adapters.log_tables import WorkspaceTables

    if home is None or watch is None:
        return None
    return Asking(
        home=home,
        watch=watch,
        now=now,
        pacer=Pacer(BUDGET, elapsed),
        answers=Answers(now),
        rows=settings.kql_rows,
        seconds=settings.kql_seconds,
        tables=settings.kql_tables if isinstance(home, WorkspaceTables) else tuple(columns()),
    )


def judge(settings: Settings, *, local: bool) -> Judge:
    """What refuses a rule before it is ever asked, in the words of the store that it would be asked of."""
    allowed, known = frozenset(settings.kql_tables), frozenset(columns())

    def check(rule: KqlRule) -> None:
        from bot.adapters.kql.guard import judge as guard

        guard(with_values(rule, {}), known if local else allowed)
        if local:
            from bot.adapters.kql.translate import translate

            translate(with_values(rule, {}), spanned=True, rows=1)

    return check


def _names() -> frozenset[str]:
    from bot.detect import rules as known

    return frozenset(each.name for each in known() if each.check)
