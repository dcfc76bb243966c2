"""Calls Graph through the SDK's builders, authentication and transport, but takes the answer as bytes.

The SDK's typed models cost a second of the event loop each and lose unknown words; bytes cost milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from bot.adapters import lenient, trust
from bot.adapters.graph.errors import GraphDown, translate
from bot.ports import Called, uncounted

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from kiota_abstractions.request_information import RequestInformation
    from kiota_abstractions.request_option import RequestOption
    from msgraph.graph_service_client import GraphServiceClient

T = TypeVar("T")
Ask = Callable[["GraphServiceClient"], "RequestInformation"]
"""What to ask, by the SDK's builders: `lambda graph: graph.organization.to_get_request_information()`."""

_SCOPE = "https://graph.microsoft.com/.default"


class GraphClient:
    """One connection pool to Graph; the SDK is imported and built at the first call."""

    def __init__(
        self,
        credential: AsyncTokenCredential,
        *,
        url: str = "https://graph.microsoft.com/v1.0",
        scope: str = "",
        ca_file: Path | None = None,
        timeout: float = 30.0,
        called: Called = uncounted,
    ) -> None:
        self.url = url.rstrip("/")
        self._credential = credential
        self.scope = scope or _scope_of(self.url)
        self._ca_file = ca_file
        self._timeout = timeout
        self._called = called
        self._graph: GraphServiceClient | None = None
        self._building = asyncio.Lock()

    async def send(self, ask: Ask, *, needs: str) -> bytes:
        """The body of the answer, b"" where there is none. `needs` is the permission to name if Graph refuses.

        Raises GraphDown, or SourceDown where the sign-in fails.
        """
        graph = await self._built()
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError

        request = ask(graph)
        # The SDK makes the address of its template three times, which is much of what a call costs, unless it is given.
        request.path_parameters["baseurl"] = self.url
        request.url = request.url
        try:
            found: Any = await graph.request_adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})
        except Exception as error:  # noqa: BLE001 - faults of ours come out of translate() as they are
            told = translate(error, url=self.url, needs=needs)
            if isinstance(told, GraphDown):
                self._called(told.status)
            raise told from None
        self._called(200)
        return found or b""

    async def get(self, ask: Ask, kind: type[T], *, needs: str) -> T:
        """The answer as a struct whose fields are all optional. Raises as `send` does, also for what is not JSON."""
        body = await self.send(ask, needs=needs)
        try:
            return lenient.decode(body, kind)
        except lenient.Unreadable:
            raise GraphDown("Microsoft Graph's answer is not the JSON that it should be.") from None

    async def post(self, path: str, body: object, *, needs: str) -> bytes:
        """Post JSON to a path below the base address, for what the SDK has no builder for."""
        return await self.ask(path, body, needs=needs)

    async def ask(self, path: str, body: object = None, *, needs: str) -> bytes:
        """Read a path below the base address, or post JSON to it where there is a body."""
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation

        def ask(_: GraphServiceClient) -> RequestInformation:
            if body is not None:
                return with_json(RequestInformation(Method.POST, "{+baseurl}" + path, {}), body)
            request = RequestInformation(Method.GET)
            request.url = f"{self.url}{path}"
            return request

        return await self.send(ask, needs=needs)

    def next_page(self, link: str) -> Ask:
        """The request behind an @odata.nextLink. Raises GraphDown for a link that leads away from Graph."""
        if not link.startswith(self.url + "/"):
            raise GraphDown("Microsoft Graph's answer leads to a next page that is not Graph's; it is not followed.")

        def ask(_: GraphServiceClient) -> RequestInformation:
            from kiota_abstractions.method import Method
            from kiota_abstractions.request_information import RequestInformation

            request = RequestInformation(Method.GET)
            request.url = link
            return request

        return ask

    async def close(self) -> None:
        """Close the connections; the credential stays its owner's."""
        if self._graph is not None:
            pool: Any = cast("Any", self._graph.request_adapter)._http_client
            await pool.aclose()
            # The SDK's transport does not pass the closing on to the one that it wraps.
            for wrapped in (pool._transport, *pool._mounts.values()):
                if wrapped is not None:
                    await wrapped.transport.aclose()
            self._graph = None

    async def _built(self) -> GraphServiceClient:
        async with self._building:
            if self._graph is None:
                # In a thread, because the import takes a few hundred milliseconds.
                self._graph = await asyncio.to_thread(self._build)
            return self._graph

    def _build(self) -> GraphServiceClient:
        import httpx
        from kiota_authentication_azure.azure_identity_authentication_provider import (
            AzureIdentityAuthenticationProvider,
        )
        from kiota_http.middleware.options import RetryHandlerOption
        from msgraph.graph_request_adapter import GraphRequestAdapter, options
        from msgraph.graph_service_client import GraphServiceClient
        from msgraph_core import GraphClientFactory

        host = urlsplit(self.url).hostname or ""
        sign_in = AzureIdentityAuthenticationProvider(self._credential, scopes=[self.scope], allowed_hosts=[host])
        # Waiting is the watch's business, which also counts the calls: the SDK's own retries are off.
        impatient = RetryHandlerOption(0, 0, should_retry=False)
        handling = cast("dict[str, RequestOption]", {**options, RetryHandlerOption.get_key(): impatient})
        plain = httpx.AsyncClient(
            verify=trust.context(self._ca_file),
            base_url=self.url,
            timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 10.0)),
        )
        pool = GraphClientFactory.create_with_default_middleware(client=plain, options=handling)
        adapter = GraphRequestAdapter(sign_in, pool)
        adapter.base_url = self.url
        return GraphServiceClient(request_adapter=adapter)


def with_json(request: RequestInformation, body: object) -> RequestInformation:
    """Give a request a JSON body as it stands, past the SDK's models."""
    request.content = msgspec.json.encode(body)
    request.headers.try_add("Content-Type", "application/json")
    request.headers.try_add("Accept", "application/json")
    return request


def _scope_of(url: str) -> str:
    """National clouds take tokens for their own address; any other address (a proxy) is given the global one's."""
    host = urlsplit(url).hostname or ""
    known = host.startswith(("graph.microsoft.", "dod-graph.microsoft.", "microsoftgraph.chinacloudapi."))
    return f"https://{host}/.default" if known else _SCOPE
