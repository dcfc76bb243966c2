"""The groups in a job's scope: assigned to its application, or named by its filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.wire import Wire
from bot.adapters.wording import clean
from bot.model import FoundGroup, Job, ScopedGroup

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

_READ = "Application.Read.All"
_GROUPS = "GroupMember.Read.All"
_MOST_PAGES = 20
_MOST_GROUPS = 100
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class _Assignment(Wire, frozen=True, kw_only=True):
    principal_id: str | None = None
    principal_display_name: str | None = None
    principal_type: str | None = None


class _Assignments(Wire, frozen=True, kw_only=True):
    value: list[_Assignment] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Named(Wire, frozen=True, kw_only=True):
    id: str | None = None
    display_name: str | None = None


class _AllNamed(Wire, frozen=True, kw_only=True):
    value: list[_Named] | None = None


class _Some(Wire, frozen=True, kw_only=True):
    value: list[msgspec.Raw] | None = None


async def groups(
    client: GraphClient, job: Job, named: Sequence[str], known: Sequence[ScopedGroup]
) -> Sequence[FoundGroup]:
    """The groups assigned to the job's application or named by its filters, and those of the known that are gone.

    Raises SourceDown.
    """
    assigned = {**await _by_name(client, named, known), **await _assigned(client, job)}
    asked = sorted({*assigned, *(group.id for group in known)})[:_MOST_GROUPS]
    paths = [f"/groups/{quote(one, safe='')}?$select=id,displayName" for one in asked]
    paths += [f"/groups/{quote(one, safe='')}/members?$select=id&$top=1" for one in asked]
    answers = await batch.get_all(client, paths, needs=_GROUPS)
    if (error := next((a.error for a in answers if a.error and a.error.status != 404), None)) is not None:
        raise error
    found: list[FoundGroup] = []
    for one, group, members in zip(asked, answers, answers[len(asked) :], strict=False):
        if group.error is not None:
            found.append(FoundGroup(id=one, name=assigned.get(one, ""), gone=True))
        elif one in assigned:
            found.append(FoundGroup(id=one, name=_name(group) or assigned[one], empty=_is_empty(members)))
    return found


async def _assigned(client: GraphClient, job: Job) -> dict[str, str]:
    """Ids and names of the groups that are assigned."""
    found: dict[str, str] = {}

    def first(graph: GraphServiceClient) -> RequestInformation:
        principal = graph.service_principals.by_service_principal_id(job.service_principal)
        return principal.app_role_assigned_to.to_get_request_information()

    ask: Ask = first
    for _ in range(_MOST_PAGES):
        page = await client.get(ask, _Assignments, needs=_READ)
        groups = (one for one in page.value or () if (one.principal_type or "").lower() == "group")
        found |= {one.principal_id: clean(one.principal_display_name) for one in groups if one.principal_id}
        if not page.next_link:
            break
        ask = client.next_page(page.next_link)
    return found


async def _by_name(client: GraphClient, named: Sequence[str], known: Sequence[ScopedGroup]) -> dict[str, str]:
    """Ids and names of the groups that filters name: by id, by the name that a known one went by, or by asking."""
    went_by = {group.name.lower(): group.id for group in known}
    ids = {one: "" for one in named if _GUID.fullmatch(one)}
    ids |= {went_by[one.lower()]: one for one in named if one.lower() in went_by}
    asked = [one for one in named if one not in ids and one.lower() not in went_by]
    quoted = [quote(one.replace("'", "''"), safe="") for one in asked]
    paths = [f"/groups?$filter=displayName eq '{one}'&$select=id,displayName&$top=2" for one in quoted]
    for name, answer in zip(asked, await batch.get_all(client, paths, needs=_GROUPS), strict=True):
        found = _listed(answer)
        if len(found) == 1 and (one := found[0].id):
            ids[one] = name
    return ids


def _name(answer: batch.Found) -> str:
    try:
        return clean(lenient.decode(answer.body, _Named).display_name)
    except lenient.Unreadable:
        return ""


def _listed(answer: batch.Found) -> list[_Named]:
    try:
        return [] if answer.error else lenient.decode(answer.body, _AllNamed).value or []
    except lenient.Unreadable:
        return []


def _is_empty(answer: batch.Found) -> bool:
    """Only an answer that says so: one that cannot be read is none."""
    try:
        return answer.error is None and lenient.decode(answer.body, _Some).value == []
    except lenient.Unreadable:
        return False
