"""Runs KQL in a Log Analytics workspace; the only file that knows azure-monitor-query, and loads it on first use."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.adapters import trust
from bot.adapters.log_answers import Row, Timespan, asked, innermost, rows
from bot.adapters.log_faults import LogsDown, PartialAnswer, translated
from bot.adapters.wording import clean
from bot.ports import Called, uncounted

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.monitor.query.aio import LogsQueryClient

_GLOBAL = "https://api.loganalytics.io"


class LogAnalytics:
    """One workspace (port `Logs`). Rows come whole or not at all."""

    name = "log_analytics"

    def __init__(
        self,
        credential: AsyncTokenCredential,
        workspace_id: str,
        *,
        url: str = _GLOBAL,
        audience: str = "",
        ca_file: Path | None = None,
        timeout: float = 60.0,
        called: Called = uncounted,
    ) -> None:
        self._credential = credential
        self._workspace_id = workspace_id
        self._url = url.rstrip("/")
        # Sovereign clouds take tokens for their own address; any other address (a proxy) is given the global one's.
        self._audience = audience or (self._url if "api.loganalytics" in self._url else _GLOBAL)
        self._ca_file = ca_file
        self._timeout = timeout
        self._called = called
        self._client: LogsQueryClient | None = None

    async def query(
        self, kql: str, *, timespan: Timespan, server_timeout: int | None = None, about: Sequence[str] = ()
    ) -> Sequence[Row]:
        """The rows of the first table. Raises PartialAnswer, or SourceDown with the innermost words of the service.

        `about` is for homes that have no index on words; this one has.
        """
        try:
            answer = await self._asked(asked(kql, timespan), server_timeout)
            found, error = rows(answer)
        except Exception as error:  # noqa: BLE001 - faults of ours come out of translated() as they are
            told = translated(error, self._url)
            if isinstance(told, LogsDown):
                self._called(told.status)
            raise told from None
        self._called(200)
        if error:
            said = clean(innermost(error))
            raise PartialAnswer(f"Log Analytics cut its answer short{f' ({said})' if said else ''}.", status=200)
        if found is None:
            raise LogsDown("Log Analytics answered without a table.")
        return found

    async def _asked(self, question: Mapping[str, str], server_timeout: int | None) -> bytes:
        """The answer's bytes, by the SDK's own pipeline; as a stream, because it would decode them all itself otherwise."""
        client = await self._built()
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        wait = {"Prefer": f"wait={server_timeout}"} if server_timeout else {}
        path = f"/workspaces/{quote(self._workspace_id, safe='')}/query"
        request = HttpRequest("POST", path, json=question, headers={"Accept": "application/json", **wait})
        answer = await client.send_request(request, stream=True)
        body = await answer.read()
        if answer.status_code != 200:
            raise HttpResponseError(response=answer)  # pyright: ignore[reportArgumentType] (it takes this kind as well)
        return body

    async def batch(self, queries: Sequence[tuple[str, tuple[datetime, datetime]]], *, seconds: int) -> Sequence[Any]:
        """The service's answers to several queries in one call, for `bot.adapters.log_tables`. Raises SourceDown."""
        asked = [
            {"workspace_id": self._workspace_id, "query": kql, "timespan": span, "server_timeout": seconds}
            for kql, span in queries
        ]
        try:
            client: Any = await self._built()  # what it says of its own types is not whole
            return await client.query_batch(asked)
        except Exception as error:  # noqa: BLE001 - faults of ours come out of translated() as they are
            raise translated(error, self._url) from None

    async def close(self) -> None:
        """Close the connections; the credential stays its owner's."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _built(self) -> LogsQueryClient:
        if self._client is None:
            # In a thread, because the import takes a tenth of a second.
            await asyncio.to_thread(importlib.import_module, "azure.monitor.query.aio")
            import aiohttp
            from azure.core.pipeline.transport import AioHttpTransport
            from azure.monitor.query.aio import LogsQueryClient

            # A session of our own: given a file, azure-core reads it and builds a TLS context for every single call.
            pool = aiohttp.TCPConnector(ssl=trust.context(self._ca_file))
            session = aiohttp.ClientSession(
                connector=pool, auto_decompress=False, trust_env=True, cookie_jar=aiohttp.DummyCookieJar()
            )
            self._client = LogsQueryClient(
                self._credential,
                endpoint=self._url,
                audience=self._audience,
                retry_total=0,
                transport=AioHttpTransport(
                    session=session, connection_timeout=min(self._timeout, 10.0), read_timeout=self._timeout
                ),
            )
        return self._client
