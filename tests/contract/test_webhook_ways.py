"""The way to a webhook: TLS, authorities of one's own, proxies, and what is told at the start of where it may not go."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from yarl import URL

from bot.adapters import trust
from bot.adapters.webhooks import Hook
from bot.adapters.webhooks.caller import LARGEST, Caller, proxy_of
from bot.adapters.webhooks.guard import Guard
from bot.model.routes import WebhookKind
from bot.ports import BadSettings, TryLater, Undeliverable
from cards.sample import IN_QUARANTINE
from tests.support.clients import settled
from tests.support.hooks import DESK, SECRET, hooks_of, message
from tests.support.receivers import Server, Upset


class Proxy:
    """Takes CONNECT and passes on what is said; `asked` is how it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = URL()

    @asynccontextmanager
    async def running(self, refuses: bool = False) -> AsyncGenerator[Proxy]:
        self.refuses = refuses
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            self.url = URL(f"http://bot:pass@127.0.0.1:{server.sockets[0].getsockname()[1]}")
            yield self

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        head = (await near.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if self.refuses:
            back.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            back.close()
            return
        host, _, port = head.split()[1].rpartition(":")
        far, out = await asyncio.open_connection(host, int(port))
        back.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pass(near, out), _pass(far, back))


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(65_536):
            target.write(part)
            await target.drain()
    target.close()


@asynccontextmanager
async def with_tls(folder: Path) -> AsyncGenerator[tuple[Server, Path]]:
    """A receiver with a certificate of its own authority, and the authority's file."""
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)  # pyright: ignore[reportUnknownMemberType]
    authority.cert_pem.write_to_path(folder / "ca.pem")
    async with Server().running(tls) as server:
        yield server, folder / "ca.pem"
        await settled()


async def test_a_certificate_of_ones_own_authority_is_trusted_and_no_other(tmp_path: Path) -> None:
    async with with_tls(tmp_path) as (server, ca_file):
        hook = Hook(name="desk", kind=WebhookKind.GENERIC, url=server.url, secret=SecretStr(SECRET))
        stranger, friend = hooks_of(hook), hooks_of(hook, ca_file=ca_file)
        with pytest.raises(TryLater, match="certificate that is not trusted"):
            await stranger.post(DESK, message(IN_QUARANTINE))
        await friend.post(DESK, message(IN_QUARANTINE))
        await stranger.close()
        await friend.close()
        assert len(server.heard) == 1


def test_every_address_that_is_refused_is_told_at_the_start() -> None:
    def hook(name: str, url: str) -> Hook:
        return Hook(name=name, kind=WebhookKind.GENERIC, url=url, secret=SecretStr(SECRET))

    with pytest.raises(BadSettings) as caught:
        hooks_of(
            hook("one", "https://10.0.0.1/?sig=HUSH"),
            hook("two", "http://x.example/"),
            hook("three", "https://x.example/"),
        )
    told = str(caught.value)
    assert ["one" in told, "two" in told, "three" in told, "HUSH" in told] == [True, True, False, False]


async def test_a_call_with_tls_goes_through_the_proxy_which_alone_gets_its_password(tmp_path: Path) -> None:
    async with with_tls(tmp_path) as (server, ca_file), Proxy().running() as proxy:
        url = URL(server.url)
        context = trust.context(ca_file)
        calls = Caller("The webhook", url, Guard(["127.0.0.1"]), context, proxies=lambda url: proxy.url)
        assert (await calls.call("POST", url, {}, b"{}")).status == 200
        await calls.close()
        assert proxy.asked[0].startswith(f"CONNECT 127.0.0.1:{url.port} ")
        assert "Proxy-Authorization: Basic Ym90OnBhc3M=" in proxy.asked[0]
        assert "Proxy-Authorization" not in server.heard[0].headers


async def test_a_proxy_that_refuses_has_passed_nothing_on() -> None:
    async with Proxy().running(refuses=True) as proxy:
        url = URL("https://hooks.invalid/in")
        calls = Caller("The webhook", url, Guard(), trust.context(), proxies=lambda url: proxy.url)
        with pytest.raises(TryLater, match="cannot be reached") as caught:
            await calls.call("POST", url, {}, b"{}")
        await calls.close()
        assert not caught.value.uncertain
        assert "pass" not in str(caught.value)


async def test_without_tls_the_proxy_gets_the_call_itself() -> None:
    async with Server().running() as server:
        proxy = URL(server.url).with_user("bot").with_password("pass")
        url = URL("http://hooks.invalid/in")
        calls = Caller("The webhook", url, Guard(), trust.context(), proxies=lambda url: proxy)
        assert (await calls.call("POST", url, {}, b"{}")).status == 200
        await calls.close()
        assert server.heard[0].headers["Host"] == "hooks.invalid"
        assert server.heard[0].headers["Proxy-Authorization"] == "Basic Ym90OnBhc3M="


async def test_behind_a_proxy_a_name_that_leads_inside_is_refused_all_the_same() -> None:
    async with Proxy().running() as proxy:
        url = URL("https://localhost:1/in")
        calls = Caller("The webhook", url, Guard(), trust.context(), proxies=lambda url: proxy.url)
        try:
            with pytest.raises(Undeliverable, match="inside a network"):
                await calls.call("POST", url, {}, b"{}")
        finally:
            await calls.close()
        assert proxy.asked == []


def test_the_proxy_is_the_one_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_of(URL("https://hooks.example.com/")) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.corp.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost,.corp.example")
    assert proxy_of(URL("https://hooks.example.com/")) == URL("http://proxy.corp.example:3128")
    assert proxy_of(URL("https://tickets.corp.example/")) is None
    assert proxy_of(URL("http://hooks.example.com/")) is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy.corp.example:3128")
    assert proxy_of(URL("https://hooks.example.com/")) == URL("http://proxy.corp.example:3128")


async def test_a_kind_of_proxy_that_is_not_known_is_told_and_nothing_is_sent_past_it() -> None:
    url, socks = URL("https://hooks.invalid/in"), URL("socks5://127.0.0.1:1080")
    calls = Caller("The webhook", url, Guard(), trust.context(), proxies=lambda url: socks)
    with pytest.raises(TryLater, match="proxy"):
        await calls.call("POST", url, {}, b"{}")
    await calls.close()


@pytest.mark.parametrize(("size", "read"), [(LARGEST, True), (LARGEST + 1, False)])
async def test_no_more_of_an_answer_is_read_than_anybody_needs(size: int, read: bool) -> None:
    async with Server().running() as server:
        server.next = [Upset(status=200, body=b"x" * size)]
        url = URL(server.url)
        calls = Caller("The webhook", url, Guard(["127.0.0.1"]), trust.context(), proxies=lambda url: None)
        answer = await calls.call("POST", url, {}, b"{}")
        await calls.close()
        assert answer.status == 200
        assert (answer.body is not None) is read
