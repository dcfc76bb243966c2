"""A job's schema, read for two things only: whether it is another one than before, and which groups its filters name."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.wire import Wire
from bot.adapters.wording import clean
from bot.model import Job, Schema

NEEDS = "Synchronization.Read.All"
_MOST_GROUPS = 100
# The source attributes by which a filter speaks of groups.
_MEMBERSHIP = {"memberof", "groups"}


class _Operand(Wire, frozen=True, kw_only=True):
    values: list[str] | None = None


class _Clause(Wire, frozen=True, kw_only=True):
    source_operand_name: str | None = None
    target_operand: _Operand | None = None


class _Clauses(Wire, frozen=True, kw_only=True):
    clauses: list[_Clause] | None = None


class _Filter(Wire, frozen=True, kw_only=True):
    groups: list[_Clauses] | None = None
    input_filter_groups: list[_Clauses] | None = None
    category_filter_groups: list[_Clauses] | None = None


class _Mapping(Wire, frozen=True, kw_only=True):
    scope: _Filter | None = None


class _GroupFilter(Wire, frozen=True, kw_only=True):
    included_groups: list[str] | None = None


class _Rule(Wire, frozen=True, kw_only=True):
    group_filter: _GroupFilter | None = None
    object_mappings: list[_Mapping] | None = None


class _Schema(Wire, frozen=True, kw_only=True):
    version: str | None = None
    synchronization_rules: list[_Rule] | None = None


async def schema(client: GraphClient, job: Job) -> Schema | None:
    """The schema, as far as it is looked at; None for a job that is gone. Raises GraphDown."""
    principal, job_id = quote(job.service_principal, safe=""), quote(job.id, safe="")
    path = f"/servicePrincipals/{principal}/synchronization/jobs/{job_id}/schema"
    (answer,) = await batch.get_all(client, [path], needs=NEEDS)
    if answer.error is not None:
        if answer.error.status == 404:
            return None
        raise answer.error
    try:
        wire = lenient.decode(answer.body, _Schema)
    except lenient.Unreadable:
        return None
    named = dict.fromkeys(each for rule in wire.synchronization_rules or () for each in _named(rule))
    return Schema(job_id=job.id, version=clean(wire.version), groups=tuple(named)[:_MOST_GROUPS])


def _named(rule: _Rule) -> Iterator[str]:
    """Ids or names of groups; a distinguished name is cut down to the name that it begins with."""
    found = list(rule.group_filter.included_groups or ()) if rule.group_filter is not None else []
    for mapping in rule.object_mappings or ():
        found += _values(mapping.scope) if mapping.scope is not None else ()
    yield from filter(None, (clean(_common_name(each)) for each in found))


def _values(scope: _Filter) -> Iterator[str]:
    for each in (*(scope.groups or ()), *(scope.input_filter_groups or ()), *(scope.category_filter_groups or ())):
        for clause in each.clauses or ():
            if (clause.source_operand_name or "").lower() in _MEMBERSHIP and clause.target_operand is not None:
                yield from clause.target_operand.values or ()


def _common_name(text: str) -> str:
    if text[:3].lower() != "cn=":
        return text
    name = text[3:].replace("\\,", "\0").split(",", 1)[0]
    return name.replace("\0", ",")
