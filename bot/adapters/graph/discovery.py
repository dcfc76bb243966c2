"""Finds the service principals that have synchronization jobs; Graph has no filter for it, so each must be asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.wire import Principal, Principals
from bot.ports import Clock

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

NEEDS = "Application.Read.All"
_SELECT = "id,appId,displayName,applicationTemplateId,tags,homepage"
_SLICE = 200  # principals without any hint that are asked in one look
_MOST_PAGES = 100


class Discovery:
    """Remembers the tenant's service principals and says which to ask next for jobs."""

    def __init__(self, client: GraphClient, *, every: float, clock: Clock) -> None:
        self._client = client
        self._every = timedelta(seconds=every)
        self._clock = clock
        self._looked_at: datetime | None = None
        self._hinted: list[Principal] = []
        self._others: list[Principal] = []
        self._next = 0

    @property
    def due(self) -> bool:
        if self._looked_at is None:
            return True
        since = self._clock() - self._looked_at
        return since >= self._every or since < timedelta(0)

    async def look(self) -> dict[str, Principal]:
        """Read all service principals and return those to ask: all with a hint, and the next few of the others."""
        everybody = await self._everybody()
        self._hinted = [one for one in everybody if hinted(one)]
        self._others = [one for one in everybody if not hinted(one)]
        self._looked_at = self._clock() if everybody else None
        return {one.id: one for one in (*self._hinted, *self._some_others()) if one.id}

    async def named(self, ids: Collection[str]) -> list[Principal]:
        """The service principals of these ids, as far as they can be read."""
        paths = [f"/servicePrincipals/{quote(one, safe='')}?$select={_SELECT}" for one in sorted(ids)]
        answers = await batch.get_all(self._client, paths, needs=NEEDS)
        return [found for answer in answers if (found := _principal(answer)) is not None]

    def _some_others(self) -> list[Principal]:
        """In turns, so that a principal that nothing hints at is asked sooner or later too."""
        start = self._next if self._next < len(self._others) else 0
        self._next = start + _SLICE
        return self._others[start : self._next]

    async def _everybody(self) -> list[Principal]:
        found: list[Principal] = []
        ask: Ask = _first_page
        for _ in range(_MOST_PAGES):
            page = await self._client.get(ask, Principals, needs=NEEDS)
            found += [one for one in page.value or () if one.id]
            if not page.next_link:
                break
            ask = self._client.next_page(page.next_link)
        return found


def hinted(principal: Principal) -> bool:
    """Whether it was made from an application template: every app that can be provisioned to is."""
    tags: Collection[str] = principal.tags or ()
    return (
        bool((principal.application_template_id or "").strip("0-"))
        or "metadata=" in (principal.homepage or "")
        or "WindowsAzureActiveDirectoryIntegratedApp" in tags
    )


def _principal(answer: batch.Found) -> Principal | None:
    try:
        found = None if answer.error else lenient.decode(answer.body, Principal)
    except lenient.Unreadable:
        return None
    return found if found is not None and found.id else None


def _first_page(graph: GraphServiceClient) -> RequestInformation:
    request = graph.service_principals.to_get_request_information()
    request.query_parameters = {"%24select": _SELECT, "%24top": 999}
    return request
