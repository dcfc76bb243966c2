"""The sync with Active Directory as Graph tells it: its age, the objects that were not taken over, who owns an object."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from bot.adapters.graph import batch
from bot.adapters.graph import hybrid_reading as reading
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.hybrid_wire import Behaviour, Organizations, Page, Provisioned
from bot.adapters.graph.reading import moment
from bot.model import DirectoryObject, ServiceFault, SyncConflict

if TYPE_CHECKING:
    from datetime import datetime

    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

ORGANIZATION = "Organization.Read.All"
KINDS = (
    ("user", "/users", "User.Read.All"),
    ("group", "/groups", "Group.Read.All"),
    ("contact", "/contacts", "OrgContact.Read.All"),
)
_ERRORS = "id,displayName,onPremisesProvisioningErrors,serviceProvisioningErrors"
_ORIGIN = "id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime"
_MOST_PAGES, _MOST_CONFLICTS = 200, 1_000
_LOOKED_UP = 60
"""Values whose owners are looked up at one look, three questions each; the others follow at the next."""


class GraphHybrid:
    """Port `Hybrid`."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def age(self) -> tuple[bool | None, datetime | None, datetime | None]:
        """Whether the tenant is synchronized, when it was last, and when its passwords were. Raises SourceDown."""
        found = await self._client.get(
            self._at("/organization?$select=id,onPremisesSyncEnabled,onPremisesLastSyncDateTime"),
            Organizations,
            needs=ORGANIZATION,
        )
        first = found.value[0] if found.value else None
        if first is None or not first.on_premises_sync_enabled:
            return (first.on_premises_sync_enabled if first else None), None, None
        return True, moment(first.on_premises_last_sync_date_time), await self._passwords_at()

    async def _passwords_at(self) -> datetime | None:
        # Only Graph's beta knows it; without it there is one line less, and nothing else changes.
        path = "/organization?$select=id,onPremisesLastPasswordSyncDateTime"
        try:
            found = await self._client.get(self._at(path, beta=True), Organizations, needs=ORGANIZATION)
        except GraphDown as error:
            if error.status in (400, 404):
                return None
            raise
        return moment(found.value[0].on_premises_last_password_sync_date_time) if found.value else None

    async def conflicts(self, known: Sequence[SyncConflict]) -> Sequence[SyncConflict]:
        """The values that were not taken over, with their owners; those of `known` are not looked up again."""
        owners = {(one.id, one.attribute, one.value): one.owners for one in known if one.owners}
        found: list[SyncConflict] = []
        for kind, path, needs in KINDS:
            query = f"{path}?$filter=onPremisesProvisioningErrors/any(o:o/category eq 'PropertyConflict')&$select={_ERRORS}&$top=100"
            async for each in self._pages(query, needs):
                found += reading.conflicts(each, kind)
        found = [
            msgspec.structs.replace(one, owners=owners.get((one.id, one.attribute, one.value), ()))
            for one in found[:_MOST_CONFLICTS]
        ]
        unknown = [one for one in found if not one.owners][:_LOOKED_UP]
        held = dict(zip((one.id + one.value for one in unknown), await self._owners(unknown), strict=True))
        return [msgspec.structs.replace(one, owners=held.get(one.id + one.value, one.owners)) for one in found]

    async def faults(self) -> tuple[Sequence[ServiceFault], bool]:
        """What services did not take over, and whether there were more objects than could be looked at.

        Graph cannot filter for it, so all objects are read, a thousand a page.
        """
        found: list[ServiceFault] = []
        for kind, path, needs in KINDS:
            pages = 0
            async for each in self._pages(f"{path}?$select=id,displayName,serviceProvisioningErrors&$top=999", needs):
                found += reading.faults(each, kind)
                pages += 1
            if pages >= _MOST_PAGES:
                return found, True
        return found, False

    async def find(self, who: str) -> Sequence[DirectoryObject]:
        """Users and groups of this id, address or name, with where they come from. Raises SourceDown."""
        word = who.replace("'", "''")
        user = f"{_ORIGIN},userPrincipalName,onPremisesDomainName,onPremisesDistinguishedName"
        named = f"displayName eq '{word}' or mail eq '{word}'"
        paths = [
            f"/users?$filter=userPrincipalName eq '{word}' or {named}&$select={user}&$top=5",
            f"/groups?$filter=displayName eq '{word}'&$select={_ORIGIN},onPremisesDomainName&$top=5",
            f"/users/{quote(who, safe='')}?$select={user}",
            f"/groups/{quote(who, safe='')}?$select={_ORIGIN},onPremisesDomainName",
        ]
        answers = await batch.get_all(self._client, paths, needs="User.Read.All")
        for error in (answer.error for answer in answers[:2]):
            if error is not None:
                raise error
        found = {
            one.id: one
            for answer, kind in zip(answers, ("user", "group") * 2, strict=True)
            for one in reading.objects(answer, kind)
        }
        return [await self._with_behaviour(one) for one in found.values()]

    async def _with_behaviour(self, found: DirectoryObject) -> DirectoryObject:
        needs = f"{found.kind.capitalize()}-OnPremisesSyncBehavior.ReadWrite.All"
        try:
            told = await self._client.get(
                self._at(f"/{found.kind}s/{quote(found.id, safe='')}/onPremisesSyncBehavior"), Behaviour, needs=needs
            )
        except GraphDown as error:
            if error.status not in (400, 401, 403, 404):
                raise
            why = f"Graph tells it only with the application permission {needs}, which also lets change it"
            return msgspec.structs.replace(
                found, untold=why if error.status in (401, 403) else "Graph does not know it of this object"
            )
        return msgspec.structs.replace(found, cloud_managed=told.is_cloud_managed)

    async def _owners(self, conflicts: Sequence[SyncConflict]) -> list[tuple[str, ...]]:
        """Of each conflict, who else holds the value."""
        paths = [f"{path}?{reading.holds(one, kind)}" for one in conflicts for kind, path, _ in KINDS]
        answers = await batch.get_all(self._client, paths, needs="User.Read.All")
        found: list[tuple[str, ...]] = []
        for at, one in enumerate(conflicts):
            mine = zip(answers[3 * at : 3 * at + 3], KINDS, strict=True)
            others = [
                each for answer, (kind, _, _) in mine for each in reading.objects(answer, kind) if each.id != one.id
            ]
            found.append(tuple(f"{each.name} ({each.kind})" for each in others[: reading.MOST_OWNERS]))
        return found

    async def _pages(self, path: str, needs: str) -> AsyncIterator[list[Provisioned]]:
        ask = self._at(path)
        for _ in range(_MOST_PAGES):
            page = await self._client.get(ask, Page, needs=needs)
            yield page.value or []
            if not page.next_link:
                return
            ask = self._client.next_page(page.next_link)

    def _at(self, path: str, *, beta: bool = False) -> Ask:
        base = self._client.url.replace("/v1.0", "/beta") if beta else self._client.url

        def ask(_: GraphServiceClient) -> RequestInformation:
            from kiota_abstractions.method import Method
            from kiota_abstractions.request_information import RequestInformation

            request = RequestInformation(Method.GET)
            request.url = base + quote(path, safe="/?&=$,'():%@")
            return request

        return ask
