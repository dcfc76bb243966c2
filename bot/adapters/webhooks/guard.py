"""Keeps webhooks out of the bot's own network: an address is judged at the moment at which a socket is made for it.

A name may lead elsewhere from one look-up to the next, and an address may be spelt in many ways; what a socket is to be
connected to has one spelling and does not change any more.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SocketOf = Callable[[tuple[Any, ...]], socket.socket]
"""Makes a socket for one result of getaddrinfo, which it is going to be connected to."""

_UNICAST = ipaddress.ip_network("2000::/3")
_NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(each)
    for each in (
        "168.63.129.16/32",  # Azure's platform, as seen from every virtual machine
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo and others that wrap another address
        "2002::/16",  # 6to4, which wraps an IPv4 address
        "3fff::/20",  # documentation
    )
)
"""What counts as global, now or in some version of Python, and is not for us."""


_INSIDE = ("localhost", "internal", "local")
"""The last words of names that no public name server knows: they lead inside, whatever answers to them."""


class Refused(OSError):
    """An address that webhooks do not go to. Its text is the same for all addresses of a host, so that it is told once."""


class Guard:
    """Judges addresses. `allow` are hosts and networks that are inside and meant all the same."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[Network] = []
        for each in allow:
            try:
                self._networks.append(ipaddress.ip_network(each.strip("[]"), strict=False))
            except ValueError:
                self._hosts.add(_bare(URL.build(scheme="https", host=each).raw_host or ""))

    def url(self, text: str) -> URL:
        """A webhook's address, once nothing can be said against it before it is looked up. Raises Refused."""
        url = _parsed(text)
        host = _bare(url.raw_host or "")
        literal = _literal(host)
        if literal is not None and not self._may(literal):
            raise Refused(_private(host))
        if host not in self._hosts and host.rpartition(".")[2] in _INSIDE:
            raise Refused(_private(host))
        listed = host in self._hosts or (literal is not None and self._listed(literal))
        if url.scheme != "https" and not listed:
            raise Refused(f"it must begin with https:// unless WEBHOOK_ALLOW names {host}")
        return url

    def check(self, host: str, address: str) -> None:
        """Raises Refused where a connection to this host may not go to this address."""
        if _bare(host) not in self._hosts and not self._may(_unscoped(address)):
            raise Refused(_private(host))

    def sockets(self, host: str) -> SocketOf:
        """Makes the sockets of connections to this host, and none for an address that is not allowed: it raises Refused."""

        def make(info: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, address = info
            self.check(host, str(address[0]))
            return socket.socket(family=family, type=kind, proto=protocol)

        return make

    def _may(self, address: Address) -> bool:
        return _public(address) or self._listed(address)

    def _listed(self, address: Address) -> bool:
        inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any(each in network for network in self._networks for each in (address, inner or address))


def _public(address: Address) -> bool:
    """Whether it is an address of the internet itself, of one host, which wraps no other address."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False  # loopback, link-local, unique-local, multicast, IPv4-mapped, NAT64
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _NEVER)


def _parsed(text: str) -> URL:
    if not text.isprintable() or "\\" in text or " " in text:
        raise Refused("it holds a space, a backslash or something invisible")
    try:
        url = URL(text)
        named = "@" in urlsplit(text).netloc
        port = url.port
    except ValueError:
        raise Refused("it is no address") from None
    if named:
        raise Refused("it holds a user's name or password, which belong elsewhere")
    if url.scheme not in ("https", "http") or not url.raw_host or not port:
        raise Refused("it is no address that begins with https://")
    return url


def _literal(host: str) -> Address | None:
    """The address that a host is, None for a name. Raises Refused for one in another than the usual spelling."""
    try:
        return _unscoped(host)
    except ValueError:
        pass
    # What ends in a number is never a name, and what the system would make of it (0x7f.1, 127.1) differs from place to place.
    if re.fullmatch(r"(0x[0-9a-f]*|\d+)", host.rpartition(".")[2]) or "%" in host:
        raise Refused("it names a host by an unusual spelling of its address; write all four numbers")
    return None


def _unscoped(address: str) -> Address:
    return ipaddress.ip_address(address.partition("%")[0] if ":" in address else address)


def _bare(host: str) -> str:
    return host.lower().rstrip(".")


def _private(host: str) -> str:
    return f"{host} leads to an address inside a network, where webhooks go only if WEBHOOK_ALLOW names it"


def callable_addresses(allow: Iterable[str]) -> Callable[[str], URL]:
    """What reads an address of the settings, and raises ValueError with why it may not be called."""
    guard = Guard(allow)

    def read(text: str) -> URL:
        try:
            return guard.url(text)
        except Refused as error:
            raise ValueError(f"is refused: {error}") from None

    return read
