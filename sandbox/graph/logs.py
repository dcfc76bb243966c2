"""The provisioning log and the audit log over Graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sandbox.graph.filters import Grammar
from sandbox.graph.in_order import ALWAYS, span
from sandbox.graph.paging import follow, only, page, top_of
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.rows import Json

USUAL, MOST = 100, 1_000
TIME = "activityDateTime"
_TEXT = "eq contains"

PROVISIONING = Grammar(
    {
        "activityDateTime": "eq gt lt",
        **dict.fromkeys(("id", "changeId", "cycleId", "jobId", "jobid", "tenantId", "provisioningAction"), _TEXT),
        **{
            f"{thing}/{name}": _TEXT
            for thing in ("initiatedBy", "sourceIdentity", "targetIdentity", "servicePrincipal")
            for name in ("id", "displayName")
        },
        **dict.fromkeys(("provisioningStatusInfo/status", "statusInfo/status"), _TEXT),
        "sourceSystem/displayName": _TEXT,
        "targetSystem/displayName": _TEXT,
        "durationInMilliseconds": "eq gt lt",
    },
    # bulkUpload's Location header spells jobid like this; the portal's documentation says statusInfo.
    {"jobid": "jobId", "statusInfo/status": "provisioningStatusInfo/status"},
)
AUDITS = Grammar(
    {
        "activityDateTime": "eq ge le",
        "activityDisplayName": "eq startswith",
        **dict.fromkeys(("correlationId", "id", "loggedByService", "category", "result"), "eq"),
        **dict.fromkeys(("initiatedBy/user/id", "initiatedBy/user/displayName", "initiatedBy/app/appId"), "eq"),
        "initiatedBy/app/displayName": "eq",
        "initiatedBy/user/userPrincipalName": "eq startswith",
    }
)


@route("GET", "/auditLogs/provisioning")
def provisioning(ask: Ask) -> Reply:
    between = partial(ask.logs.provisioning.between, ask.tenant.arrived)
    return _log(ask, between, PROVISIONING, ask.tenant.wild.entries)


@route("GET", "/auditLogs/directoryAudits")
def audits(ask: Ask) -> Reply:
    return _log(ask, partial(ask.logs.audits.between, ask.tenant.audits), AUDITS)


@route("GET", "/auditLogs/directoryAudits/{directoryAuditId}")
def audit(ask: Ask) -> Reply:
    for row in ask.tenant.audits:
        if row["id"] == ask.parts["directoryAuditId"]:
            return Reply(body=row)
    raise GraphError(404, "NotFound", "The audit entry does not exist.")


def _log(ask: Ask, between: Callable[[str, str], list[Json]], grammar: Grammar, first: Sequence[Any] = ()) -> Reply:
    only(ask, "$filter", "$orderby", "$top", "$skiptoken")
    if (rest := follow(ask)) is not None:
        return rest
    top = top_of(ask, USUAL, MOST)
    newest_first = _newest_first(ask.query.get("$orderby"))
    text = ask.query.get("$filter")
    rows = between(*(span(text, TIME) if text is not None else ALWAYS))
    if text is not None:
        test = grammar.parse(text)
        rows = [row for row in rows if test(row)]
    return page(ask, [*first, *sorted(rows, key=lambda row: row[TIME], reverse=newest_first)], top)


def _newest_first(orderby: str | None) -> bool:
    words = (orderby or "activityDateTime desc").split()
    if words[0] != "activityDateTime" or words[1:] not in ([], ["asc"], ["desc"]):
        raise GraphError(400, "BadRequest", f"Invalid orderby clause: '{orderby}'.")
    return words[1:] == ["desc"]
