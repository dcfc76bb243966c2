"""Shipped rules in KQL on rows that are written down in tests/data/kql, in both homes of the log."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bot.adapters.archive import Archive
from bot.adapters.log_tables import WorkspaceTables
from bot.kqlrules import KqlRule
from bot.kqlrules.judge import Asked, findings
from bot.kqlrules.wording import bound
from bot.model import Finding
from bot.ports import Answered, Question, Tables
from sandbox.lag import PROMPT
from sandbox.server import Sandbox
from sandbox.tenant import LogRow, Tenant
from tests.support.clients import logs_on

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[1] / "data" / "kql"
SIDES = ("positive", "negative")
DOCUMENTED = frozenset({"AADProvisioningLogs", "AuditLogs"})


class Rows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entries of Graph's two logs, and the values of the rule's key columns for which it must fire."""

    AADProvisioningLogs: list[dict[str, Any]] = []
    AuditLogs: list[dict[str, Any]] = []
    fires: list[list[str]] = []


def rows(rule: str, side: str) -> Rows:
    """The rows that are written down for a rule."""
    return msgspec.json.decode((FOLDER / rule / f"{side}.json").read_bytes(), type=Rows)


async def asked(
    tables: Tables, rule: KqlRule, values: Mapping[str, Sequence[str]] | None = None, now: datetime = NOON
) -> Answered:
    """The answer to a rule's query; its parameters are empty unless values are given."""
    kql = bound(rule.kql, {name: (values or {}).get(name, ()) for name in rule.params})
    [answer] = await tables.ask([Question(kql=kql, timespan=(now - rule.window, now))])
    assert isinstance(answer, Answered), answer
    return answer


def expected(rule: KqlRule, fires: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """The jobs and keys of the alerts that the values of key columns stand for."""
    told: list[tuple[str, str]] = []
    for values in fires:
        named = dict(zip(rule.key, values, strict=True))
        job = named.pop("JobId", "")
        told.append((job, "/".join(value.replace("/", "//") for value in named.values())))
    return sorted(told)


def found(rule: KqlRule, answer: Answered) -> list[Finding]:
    """What the rule makes of an answer."""
    return findings(rule, answer, {}, Asked())


@asynccontextmanager
async def archive(path: Path, given: Rows) -> AsyncGenerator[Tables]:
    """The local archive, in this file, with these rows."""
    kept = Archive(path, days=400, now=lambda: NOON, tenant="tenant")
    try:
        await kept.keep(_raws(given.AADProvisioningLogs))
        await kept.keep_audits(_raws(given.AuditLogs))
        assert kept.problem == ""
        yield kept
    finally:
        await kept.close()


@asynccontextmanager
async def workspace(given: Rows) -> AsyncGenerator[Tables]:
    """A Log Analytics workspace with these rows, reached over TLS with the vendor's own client."""
    tenant = Tenant(story="quiet", clock=lambda: NOON, lag=PROMPT, history_hours=0)
    tenant.arrived.extend(LogRow(row, NOON) for row in given.AADProvisioningLogs)
    tenant.audits.extend(given.AuditLogs)
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(Sandbox(tenant))
        yield WorkspaceTables(await stack.enter_async_context(logs_on(box)), DOCUMENTED)


def _raws(entries: Sequence[Mapping[str, Any]]) -> dict[str, msgspec.Raw]:
    return {entry["id"]: msgspec.Raw(msgspec.json.encode(entry)) for entry in entries}
