"""One HTTP call to a webhook: guarded, bounded in time and size, never redirected, and told in the outbox's words."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.adapters.webhooks.guard import Guard, Refused
from bot.model import Value
from bot.ports import Called, TryLater, Undeliverable, uncounted

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=4)
LARGEST = 64 * 1024
"""Bytes of an answer that are read; who answers more has not answered what we want to know."""

IDLE = 2.0
"""Seconds that a connection is kept for the next call: few servers hang up sooner, and one that does costs a delivery."""

_ALWAYS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Syncwatch"}

Proxies = Callable[[URL], URL | None]


class Answer(Value, frozen=True, kw_only=True):
    """`body` is None where it was too large or broke off; the status was heard all the same."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


def proxy_of(url: URL) -> URL | None:
    """The proxy that this machine names for an address (HTTPS_PROXY, NO_PROXY, or the system's own)."""
    found = getproxies().get(url.scheme, "")
    if not found or proxy_bypass(url.raw_host or ""):
        return None
    return URL(found if "://" in found else f"http://{found}")


class Caller:
    """Calls one host. `where` is what people call the webhook; its address may hold a secret and is told to nobody."""

    def __init__(
        self,
        where: str,
        url: URL,
        guard: Guard,
        context: ssl.SSLContext,
        *,
        called: Called = uncounted,
        proxies: Proxies = proxy_of,
        resolver: AbstractResolver | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.where, self.url = where, url
        self._guard, self._ssl, self._called = guard, context, called
        self._proxy, self._resolver, self._timeout = proxies(url), resolver, timeout
        self._made: aiohttp.ClientSession | None = None

    async def call(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Any answer. Raises TryLater, uncertain where the call may have arrived, or Undeliverable."""
        try:
            await self._through_proxy()
            async with self._session.request(
                method,
                url,
                data=body,
                headers={**_ALWAYS, **headers, **(self._proxy_login() if url.scheme == "http" else {})},
                allow_redirects=False,
                proxy=self._proxy.with_user(None) if self._proxy else None,
                proxy_headers=self._proxy_login() if self._proxy else None,
            ) as response:
                answer = Answer(status=response.status, headers=response.headers, body=await _body(response))
        except Refused as error:
            raise Undeliverable(f"{self.where} is refused: {error}") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._called(0)
            raise self._unanswered(error) from None
        self._called(answer.status)
        return answer

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        # Made when first used because it belongs to the running loop.
        if self._made is None:
            pool = aiohttp.TCPConnector(
                ssl=self._ssl,
                keepalive_timeout=IDLE,
                use_dns_cache=False,
                resolver=self._resolver,
                socket_factory=None if self._proxy else self._guard.sockets(self.url.raw_host or ""),
            )
            # Not trust_env: it would also send passwords of a .netrc file.
            self._made = aiohttp.ClientSession(
                connector=pool, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        return self._made

    def _proxy_login(self) -> dict[str, str]:
        # For the proxy alone: with TLS it goes into the CONNECT before the call, without into the call itself.
        if self._proxy is None or self._proxy.user is None:
            return {}
        return {"Proxy-Authorization": aiohttp.encode_basic_auth(self._proxy.user, self._proxy.password or "")}

    async def _through_proxy(self) -> None:
        """Behind a proxy the socket tells nothing of where the call ends, so the name is looked up before, if it can be."""
        if self._proxy is None:
            return
        if self._proxy.scheme not in ("http", "https"):
            raise TryLater(
                f"{self.where} cannot be reached: a proxy is named of which only http:// ones are known here"
            )
        host = self.url.raw_host or ""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, self.url.port, type=socket.SOCK_STREAM)
        except OSError:
            return  # only the proxy knows names here
        for *_, address in found:
            self._guard.check(host, str(address[0]))

    def _unanswered(self, error: Exception) -> TryLater | Undeliverable:
        kind = type(error).__name__
        if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Refused):
            return Undeliverable(f"{self.where} is refused: {error.os_error}")
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return TryLater(f"{self.where} shows a certificate that is not trusted; see CA_FILE")
        if isinstance(error, aiohttp.InvalidURL):
            return Undeliverable(f"{self.where} has an address that cannot be called")
        unreached = aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError
        if isinstance(error, unreached):
            return TryLater(f"{self.where} cannot be reached ({kind})")
        return TryLater(f"{self.where} took the call and did not answer ({kind})", uncertain=True)


async def _body(response: aiohttp.ClientResponse) -> bytes | None:
    held = bytearray()
    try:
        async for part in response.content.iter_chunked(8192):
            held += part
            if len(held) > LARGEST:
                return None
    except (TimeoutError, aiohttp.ClientError, OSError):
        return None
    return bytes(held)
