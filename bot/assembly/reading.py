"""The logs put together: where new rows come from, and where history is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.metered import calls
from bot.ports import AuditSource, Called, Clock, Logs, Source, uncounted

if TYPE_CHECKING:
    from azure.identity.aio import ClientSecretCredential

    from bot.adapters.archive import Archive
    from bot.adapters.log_analytics import LogAnalytics
    from bot.settings import Settings
    from bot.sources.pacer import Pacer


def past(outside: Outside) -> tuple[Logs | None, Archive | None]:
    """Where history is asked for, and where Graph's log is kept for it."""
    queried = calls(outside.metrics, "log_analytics")
    return logs_of(outside.settings, outside.credential, outside.now, outside.held, queried)


def logs_of(
    settings: Settings, credential: ClientSecretCredential, now: Clock, held: AsyncExitStack, called: Called = uncounted
) -> tuple[Logs | None, Archive | None]:
    """The workspace or else the archive, and the archive where one is kept."""
    archive = None
    if settings.archive is not None:
        from bot.adapters.archive import Archive

        archive = Archive(settings.archive, days=settings.archive_days, now=now, tenant=settings.tenant_id)
        held.push_async_callback(archive.close)
    if not settings.workspace_id:
        return archive, archive
    return _client(settings, credential, held, called), archive


def sources(outside: Outside, archive: Archive | None) -> list[Source]:
    """The sources that the settings name."""
    found: list[Source] = []
    for name in outside.settings.sources_to_read:
        if name == "graph":
            from bot.adapters.graph.provisioning_log import ProvisioningLog
            from bot.sources.graph import GraphSource

            found.append(GraphSource(ProvisioningLog(outside.graph), elapsed=outside.elapsed, keeper=archive))
        else:
            from bot.sources.log_analytics import LogAnalyticsSource

            found.append(LogAnalyticsSource(_workspace(outside), elapsed=outside.elapsed))
    return found


def asking_sources(outside: Outside, logs: Logs | None) -> Callable[[str], Awaitable[None]]:
    """What asks a source of the log for one row, by its name. Raises SourceDown or Refusal."""

    async def ask(name: str) -> None:
        from bot.adapters.graph.errors import GraphDown

        now = outside.now()
        if name != "graph":
            if outside.settings.workspace_id and logs is not None:
                await logs.query("AADProvisioningLogs | take 1", timespan=(now - timedelta(days=1), now))
            return
        try:
            await outside.graph.ask("/auditLogs/provisioning?$top=1", needs="ProvisioningLog.Read.All")
        except GraphDown as error:
            if error.status != 429:  # the bot that runs may have made the few calls that Graph allows
                raise

    return ask


def audits(outside: Outside, sources: Sequence[Source], archive: Archive | None) -> AuditSource | None:
    """The audit log, within the budget of the provisioning log that is read from the same service."""
    if outside.settings.audits == "graph":
        from bot.adapters.graph.audit_log import AuditLog
        from bot.sources.graph import BUDGET
        from bot.sources.graph_all_audits import GraphAllAudits
        from bot.sources.graph_audits import GraphAudits

        log, pacer = AuditLog(outside.graph), _shared_pacer(outside, sources, "graph", BUDGET)
        return GraphAllAudits(log, pacer, archive) if archive else GraphAudits(log, pacer)
    if outside.settings.audits == "log_analytics":
        from bot.sources.log_analytics import BUDGET as QUERIES
        from bot.sources.logs_audits import LogAnalyticsAudits

        return LogAnalyticsAudits(_workspace(outside), _shared_pacer(outside, sources, "log_analytics", QUERIES))
    return None


def _workspace(outside: Outside) -> LogAnalytics:
    """A client with connections of its own, so that a long query of people holds up no look."""
    queried = calls(outside.metrics, "log_analytics")
    return _client(outside.settings, outside.credential, outside.held, queried)


def _client(
    settings: Settings, credential: ClientSecretCredential, held: AsyncExitStack, called: Called
) -> LogAnalytics:
    from bot.adapters.log_analytics import LogAnalytics

    logs = LogAnalytics(
        credential, settings.workspace_id, url=settings.logs_url, ca_file=settings.ca_file, called=called
    )
    held.push_async_callback(logs.close)
    return logs


def _shared_pacer(outside: Outside, sources: Sequence[Source], name: str, budget: Sequence[tuple[float, int]]) -> Pacer:
    from bot.sources.pacer import Pacer

    found = next((getattr(source, "pacer", None) for source in sources if source.name == name), None)
    return found if isinstance(found, Pacer) else Pacer(budget, outside.elapsed)
