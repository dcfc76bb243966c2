"""Pages of Graph's directory audit log (auditLogs/directoryAudits), as the bytes that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters import lenient
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.provisioning_log import BadQuery, Page

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

_NEEDS = "AuditLog.Read.All"


class AuditLog:
    """Reads page after page; the caller keeps the links and counts the calls."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def first(self, filtered: str, top: int) -> Page:
        """The first page of a filter. Raises BadQuery, or SourceDown."""

        def ask(graph: GraphServiceClient) -> RequestInformation:
            request = graph.audit_logs.directory_audits.to_get_request_information()
            request.query_parameters = {"%24filter": filtered, "%24top": top}
            return request

        return await self._page(ask)

    async def following(self, link: str) -> Page:
        """The page behind a link. Raises BadQuery for a link that has grown too old, or SourceDown."""
        return await self._page(self._client.next_page(link))

    async def _page(self, ask: Ask) -> Page:
        try:
            body = await self._client.send(ask, needs=_NEEDS)
            return lenient.decode(body, Page) if body else Page()
        except lenient.Unreadable:
            raise GraphDown("Microsoft Graph's audit log is not the JSON that it should be.") from None
        except GraphDown as error:
            if error.status in (400, 410):
                raise BadQuery(str(error), status=error.status, code=error.code, words=error.words) from None
            raise
