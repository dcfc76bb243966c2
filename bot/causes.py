"""From an error code and its text to a cause, and from a cause to advice; the knowledge is bot/knowledge/errors.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from bot.conflicts import conflict
from bot.model import Advice, Cause, ProvisioningEvent

KNOWLEDGE = Path(__file__).parent / "knowledge" / "errors.json"
NO_CODE = "NoErrorCode"

# Levels that speak of an object or of a whole job; codes of the other levels (agent installation, the HR upload API,
# Graph's own errors) never stand in a row of the log, so they must not catch a prefixed code by accident.
_IN_THE_LOG = {"object", "job"}


class _Match(msgspec.Struct, frozen=True):
    exact: tuple[str, ...] = ()
    suffix: tuple[str, ...] | None = None
    text: str = ""
    http: int = 0


class _Entry(msgspec.Struct, frozen=True):
    code: str
    meaning: str
    short: str = ""
    recommended_action: str = ""
    actor: str = "admin"
    category: str = "data"
    level: str = "object"
    scope: str = "app"
    auto_retry: bool = False
    self_heals: bool = False
    aliases: tuple[str, ...] = ()
    retry_after: str | None = None
    match: _Match | None = None

    def spellings(self) -> Iterator[str]:
        yield from (self.code, *self.aliases)
        if self.match:
            yield from self.match.exact

    def suffixes(self) -> Iterator[str]:
        if self.level not in _IN_THE_LOG or self.scope == "quarantine":
            return
        if self.match is None:
            yield from (self.code, *self.aliases)
        elif self.match.suffix is not None:
            yield from self.match.suffix
        elif self.match.text:
            yield self.code


class Knowledge:
    """The errors that are known, found by exact code, then by the longest known suffix, then by text of the reason."""

    def __init__(self, entries: tuple[_Entry, ...]) -> None:
        self._exact: dict[str, _Entry] = {}
        self._folded: dict[str, _Entry] = {}
        self._suffix: dict[str, _Entry] = {}
        for entry in entries:
            for name in entry.spellings():
                self._exact.setdefault(name, entry)
                self._folded.setdefault(name.lower(), entry)
            for name in entry.suffixes():
                self._suffix.setdefault(name.lower(), entry)
        self._codes = tuple(entry.code for entry in entries)
        self._texts = tuple((e.match.text.lower(), e) for e in entries if e.match and e.match.text)

    def find(self, code: str, reason: str = "") -> _Entry | None:
        """The entry of `code`, compared without case except where two codes differ only by it (Timeout, TimeOut)."""
        return self._exact.get(code) or self._folded.get(code.lower()) or self._by_suffix(code) or self._by_text(reason)

    def codes(self) -> tuple[str, ...]:
        """Every code that has an entry."""
        return self._codes

    def _by_suffix(self, code: str) -> _Entry | None:
        lowered = code.lower()
        for start in range(1, len(lowered)):
            if (entry := self._suffix.get(lowered[start:])) is not None:
                return entry
        return None

    def _by_text(self, reason: str) -> _Entry | None:
        lowered = reason.lower()
        return next((entry for text, entry in self._texts if text in lowered), None)


class BadKnowledge(Exception):
    """A tenant's own file of errors cannot be read; the text says where and why, in one sentence."""


_own: list[dict[str, object]] = []


@cache
def knowledge() -> Knowledge:
    """The shipped knowledge base with the tenant's own entries, read once."""
    shipped: list[dict[str, object]] = msgspec.convert(_document()["errors"], list[dict[str, object]])
    return _with_own(shipped, _own)


def learn(text: bytes = b"") -> None:
    """Use a tenant's own entries from now on: `{"errors": […]}` or the list alone; an empty text forgets them.

    An entry with a code that is known overrides the fields that it gives; another one is added and goes first.
    Raises BadKnowledge, and then nothing has changed.
    """
    own = _read_own(text) if text.strip() else []
    try:
        _with_own(msgspec.convert(_document()["errors"], list[dict[str, object]]), own)
    except msgspec.ValidationError as error:
        raise BadKnowledge(f"An entry is not as it must be: {error}.") from None
    _own[:] = own
    for cached in (knowledge, _code, _exactly_known):
        cached.cache_clear()


def _read_own(text: bytes) -> list[dict[str, object]]:
    try:
        document: object = msgspec.json.decode(text)
        listed = msgspec.convert(document, dict[str, object]).get("errors") if isinstance(document, dict) else document
        own = msgspec.convert(listed, list[dict[str, object]])
    except msgspec.ValidationError as error:
        raise BadKnowledge(f"It is no list of entries: {error}.") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadKnowledge(f"It is not JSON: {error}.") from None
    if any(not isinstance(each.get("code"), str) or not each["code"] for each in own):
        raise BadKnowledge("Every entry needs a code.")
    return own


def _with_own(shipped: list[dict[str, object]], own: list[dict[str, object]]) -> Knowledge:
    known = {str(each["code"]): each for each in shipped}
    changed = {str(each["code"]): each for each in own}
    merged = [{**each, **changed.get(code, {})} for code, each in known.items()]
    added = [each for code, each in changed.items() if code not in known]
    return Knowledge(tuple(msgspec.convert([*added, *merged], list[_Entry])))


def _document() -> Mapping[str, object]:
    return msgspec.json.decode(KNOWLEDGE.read_bytes(), type=dict[str, object])


# --- The two questions -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _code(code: str, reason: str) -> tuple[str, bool]:
    entry = knowledge().find(code, reason)
    return (entry.code, entry.category == "conflict") if entry else (code or NO_CODE, False)


def cause_of(event: ProvisioningEvent) -> tuple[Cause, str]:
    """The cause of a failed event, and the value in conflict ("" where there is none)."""
    code, conflicting = _code(event.error_code, "" if _exactly_known(event.error_code) else event.reason)
    attribute, value = conflict(event.reason) if conflicting else ("", "")
    return Cause(code=code, attribute=attribute), value


@lru_cache(maxsize=4096)
def _exactly_known(code: str) -> bool:
    # The reason matters only to codes that are not known by themselves; leaving it out keeps the cache small.
    return bool(code) and knowledge().find(code) is not None


def advice(code: str, reason: str = "") -> Advice:
    """What is known of an error code; an unknown one gets Microsoft's own text."""
    entry = knowledge().find(code, reason)
    if entry is None:
        return Advice(code=code or NO_CODE, meaning=reason or "Microsoft gives no reason.", known=False)
    return Advice(
        code=entry.code,
        meaning=entry.meaning,
        short=entry.short,
        action=entry.recommended_action,
        actor=entry.actor.lower(),
        auto_retry=entry.auto_retry,
        retry_after=entry.retry_after or "",
        self_heals=entry.self_heals,
    )
