"""Who holds a directory role: the people assigned to one, and the members of the groups that are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.wire import Wire

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

NEEDS = "RoleManagement.Read.Directory"
_MEMBERS = "GroupMember.Read.All"
_MOST_PAGES = 50


class _Somebody(Wire, frozen=True, kw_only=True):
    id: str | None = None
    kind: str | None = msgspec.field(default=None, name="@odata.type")


class _Assignment(Wire, frozen=True, kw_only=True):
    """unifiedRoleAssignment."""

    principal_id: str | None = None
    principal: _Somebody | None = None


class _Assignments(Wire, frozen=True, kw_only=True):
    value: list[_Assignment] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Members(Wire, frozen=True, kw_only=True):
    value: list[_Somebody] | None = None


async def role_holders(client: GraphClient) -> frozenset[str]:
    """Their ids. Raises GraphDown; a group whose members may not be read counts for nobody."""
    people: set[str] = set()
    groups: set[str] = set()
    async for found in _assignments(client):
        kind = (found.principal.kind or "").lower() if found.principal is not None else ""
        (groups if kind.endswith(".group") else people).add(found.principal_id or "")
    # Groups that hold roles have no groups within them, and few members: Entra allows neither.
    paths = [f"/groups/{quote(one, safe='')}/members?$select=id&$top=999" for one in sorted(groups - {""})]
    for answer in await batch.get_all(client, paths, needs=_MEMBERS):
        people.update(_ids(answer))
    return frozenset(people - {""})


async def _assignments(client: GraphClient) -> AsyncIterator[_Assignment]:
    ask: Ask = _first_page
    for _ in range(_MOST_PAGES):
        page = await client.get(ask, _Assignments, needs=NEEDS)
        for found in page.value or ():
            yield found
        if not page.next_link:
            break
        ask = client.next_page(page.next_link)


def _first_page(graph: GraphServiceClient) -> RequestInformation:
    request = graph.role_management.directory.role_assignments.to_get_request_information()
    request.query_parameters = {"%24expand": "principal"}
    return request


def _ids(answer: batch.Found) -> Iterator[str]:
    try:
        found = None if answer.error else lenient.decode(answer.body, _Members).value
    except lenient.Unreadable:
        return
    yield from (one.id for one in found or () if one.id)
