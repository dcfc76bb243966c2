"""Mail addresses: which are right, and what is wrong with the others, in a sentence."""

from __future__ import annotations

import re

from bot.model import Value
from bot.ports import Refusal

LONGEST, LONGEST_LOCAL, LONGEST_LABEL = 254, 64, 63
"""Bytes, after RFC 5321 and RFC 1035."""

_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")


class Address(Value, frozen=True, kw_only=True):
    """Who is written to: `domain` is as mail servers know it, e.g. xn--bcher-kva.example; `name` is for people."""

    local: str
    domain: str
    name: str = ""

    @property
    def spec(self) -> str:
        """The address alone."""
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether only mail servers that know SMTPUTF8 can take it."""
        return not self.local.isascii()


def address(text: str) -> Address:
    """An address without a name, e.g. `iam@contoso.com`. Raises Refusal saying what is wrong."""
    given = text.strip()
    local, at, domain = given.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise _wrong(given, "it must be like iam@contoso.com")
    if not _ATOM.fullmatch(local) or len(local.encode()) > LONGEST_LOCAL:
        raise _wrong(given, "before the @ may stand letters, digits, single dots and a few signs, 64 at most")
    found = Address(local=local, domain=_domain(domain, given))
    if len(found.spec.encode()) > LONGEST:
        raise _wrong(given, f"it is longer than {LONGEST} letters")
    return found


def mailbox(text: str) -> Address:
    """An address that may have a name, e.g. `Syncwatch <syncwatch@contoso.com>`. Raises Refusal."""
    named = _NAMED.fullmatch(text.strip())
    if named is None:
        return address(text)
    name = " ".join(named[1].strip().strip('"').split())
    if not name.isprintable():
        raise _wrong(text, "the name before it holds letters that cannot be seen")
    found = address(named[2])
    return Address(local=found.local, domain=found.domain, name=name)


def _domain(text: str, given: str) -> str:
    domain = text.lower() if text.isascii() else _in_ascii(text, given)
    labels = domain.split(".")
    if not all(_LABEL.fullmatch(label) and len(label) <= LONGEST_LABEL for label in labels):
        raise _wrong(given, "what stands after the @ is no domain")
    if len(labels) == 1 and domain != "localhost":
        raise _wrong(given, "what stands after the @ has no dot, so it is no whole domain")
    if labels[-1].isdigit():
        raise _wrong(given, "after the @ must stand a domain and no IP address")
    return domain


def _in_ascii(domain: str, given: str) -> str:
    import idna  # its tables take their time, and most domains need none of them

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _wrong(given, "what stands after the @ is no domain") from None


def _wrong(given: str, why: str) -> Refusal:
    shown = ascii(given[:80])[1:-1] if not given.isprintable() else given[:80]
    return Refusal(f"'{shown}' is no mail address: {why}.")
