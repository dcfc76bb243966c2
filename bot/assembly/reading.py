"""The logs put together: where new rows come from, and where history is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.ports import AuditSource, Clock, Logs, Source

if TYPE_CHECKING:
    from azure.identity.aio import ClientSecretCredential

    from bot.adapters.archive import Archive
    from bot.adapters.graph.client import GraphClient
    from bot.settings import Settings
    from bot.sources.pacer import Pacer


def past(
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


def sources(
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


def audits(
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
