"""Where webhooks go, and where they never do, however an address is spelt and whatever a name leads to."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.adapters import trust
from bot.adapters.webhooks.caller import Answer, Caller
from bot.adapters.webhooks.guard import Guard, Refused
from bot.ports import TryLater, Undeliverable
from tests.support.receivers import Server, Upset

INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
    *("192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254"),
    *("64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::"),
    *("3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1"),
]
OUTSIDE = ["8.8.8.8", "20.190.159.0", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a01:111::1"]

HOSTILE = [
    *(f"https://[{each}]/" if ":" in each else f"https://{each}/" for each in INSIDE),
    "https://127.1/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://10.0.0.1./",
    "https://127.0.0.1.:8443/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://127.0.0.256/",
    "https://1.2.3/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com:pass@hooks.example.org/",
    "https://@hooks.example.com/",
    "https://127.0.0.1\\@hooks.example.com/",
    "https://hooks.example.com /",
    "https://hooks.example.com/\r\nX-Other: 1",
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "//hooks.example.com/",
    "hooks.example.com",
    "https://",
    "https:///path",
    "https://[::1",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://localhost/",
    "https://LOCALHOST.:8443/",
    "https://db.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_address_that_is_inside_or_oddly_spelt_is_refused_before_anything_is_sent(text: str) -> None:
    with pytest.raises(Refused):
        Guard().url(text)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_taken(address: str) -> None:
    Guard().check("hooks.example.com", address)
    Guard().url(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize("address", INSIDE)
def test_what_a_name_leads_to_is_judged_like_what_is_written(address: str) -> None:
    with pytest.raises(Refused, match="WEBHOOK_ALLOW"):
        Guard().check("hooks.example.com", address)
    with pytest.raises(Refused):
        Guard(["other.example.com", "10.1.0.0/16"]).check("hooks.example.com", address)


def test_what_is_allowed_is_allowed_and_no_more() -> None:
    guard = Guard(["Tickets.corp.example.", "10.1.0.0/16", "fd00:1::/64", "127.0.0.1"])
    for url in (
        "http://tickets.corp.example/x",
        "https://tickets.corp.example./",
        "http://10.1.2.3/",
        "https://[fd00:1::5]/",
    ):
        guard.url(url)
    Guard(["desk.corp.internal"]).url("https://desk.corp.internal/")
    Guard().url("https://internal.example.com/")
    guard.check("tickets.corp.example", "192.168.0.1")
    guard.check("any.example.com", "10.1.200.1")
    guard.check("any.example.com", "::ffff:10.1.200.1")
    for url in ("http://tickets.corp.example.org/", "https://10.2.0.1/", "https://127.0.0.2/", "http://8.8.8.8/"):
        with pytest.raises(Refused):
            guard.url(url)
    with pytest.raises(Refused):
        guard.check("sub.tickets.corp.example", "192.168.0.1")


class Turncoat(AbstractResolver):
    """A name server that leads to one address after another."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked += 1
        given = self.addresses[min(self.asked, len(self.addresses)) - 1].split()
        if not given:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in given]
        return [
            {"hostname": host, "host": each, "port": port, "family": kind, "proto": 0, "flags": 0}
            for each, kind in zip(given, kinds, strict=True)
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server().running() as server:
        yield server


@asynccontextmanager
async def calling(server: Server, guard: Guard, resolver: Turncoat) -> AsyncGenerator[Callable[[], Awaitable[Answer]]]:
    """Calls a receiver under the name hooks.example.com, wherever that leads."""
    url = URL(server.url).with_host("hooks.example.com")
    caller = Caller("The webhook", url, guard, trust.context(), resolver=resolver, proxies=lambda url: None)
    try:
        yield lambda: caller.call("POST", url, {}, b"{}")
    finally:
        await caller.close()


@pytest.mark.parametrize("found", ["127.0.0.1", "::1 127.0.0.1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_is_refused_and_nothing_arrives(server: Server, found: str) -> None:
    async with calling(server, Guard(), Turncoat(found)) as call:
        with pytest.raises(Undeliverable, match="leads to an address inside a network"):
            await call()
    assert server.heard == []


async def test_a_name_that_turns_inside_after_it_was_looked_up_is_refused_at_that_moment(server: Server) -> None:
    turncoat, closing = Turncoat("127.0.0.1", "127.0.0.2"), {"Connection": "close"}
    server.next = [Upset(status=200, headers=closing)]
    async with calling(server, Guard(["127.0.0.1"]), turncoat) as call:
        await call()
        with pytest.raises(Undeliverable, match="leads to an address inside a network"):
            await call()
    assert (len(server.heard), turncoat.asked) == (1, 2)


async def test_of_several_addresses_only_those_that_are_allowed_are_tried(server: Server) -> None:
    async with calling(server, Guard(["127.0.0.1"]), Turncoat("10.0.0.1 127.0.0.1 169.254.169.254")) as call:
        assert (await call()).status == 200


async def test_a_host_that_is_allowed_by_its_name_may_be_anywhere(server: Server) -> None:
    async with calling(server, Guard(["hooks.example.com"]), Turncoat("127.0.0.1")) as call:
        assert (await call()).status == 200


async def test_a_name_that_is_none_is_tried_again_later(server: Server) -> None:
    async with calling(server, Guard(), Turncoat("")) as call:
        with pytest.raises(TryLater, match="cannot be reached") as caught:
            await call()
    assert not caught.value.uncertain
