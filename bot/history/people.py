"""Whom the log's rows are about, and what every job did with somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from bot.history.values import Row, moment, number
from bot.model import Happening, Step, Subject
from bot.sources.columns import from_columns
from bot.sources.past import changed_of, identity_of, steps_of

# Ids shorter than this (numbers of employees, say) can mean somebody else in another system.
_TELLING = 16

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def subjects(rows: Iterable[Row]) -> list[Subject]:
    """Whom the rows of `finding` are about: what one row calls source and target is the same somebody."""
    found: list[tuple[set[str], Subject]] = []
    for row in rows:
        names, one = _names(row), _subject(row)
        apart: list[tuple[set[str], Subject]] = []
        for known, other in found:
            if known & names:
                names, one = names | known, _merged(other, one)
            else:
                apart.append((known, other))
        found = [*apart, (names, one)] if names else apart
    return sorted((one for _, one in found), key=lambda one: (-(one.last_seen or _LONG_AGO).timestamp(), one.name))


def meant(word: str, found: Sequence[Subject]) -> list[Subject]:
    """Those whom the word names exactly, or else all of them."""
    folded = word.casefold()
    exact = [
        one
        for one in found
        if folded in {one.name.casefold(), one.address.casefold(), *(i.casefold() for i in one.ids)}
    ]
    return exact or list(found)


def happenings(rows: Iterable[Row], subject: Subject, now: datetime) -> list[Happening]:
    """What the rows of `story` tell of the subject, each once, the newest first."""
    told: dict[str, Happening] = {}
    wanted = set(subject.ids)
    for row in rows:
        event = from_columns(row, now).event
        if event is not None and wanted & {each.id for each in _identities(row)}:
            told[event.id] = Happening(event=event, steps=_steps(row), changed=tuple(changed_of(row)))
    return sorted(told.values(), key=lambda one: (one.event.at, one.event.id), reverse=True)


class _Identity(msgspec.Struct, frozen=True):
    id: str
    name: str
    kind: str
    address: str


def _identities(row: Row) -> Iterator[_Identity]:
    for column in ("SourceIdentity", "TargetIdentity"):
        thing, details = identity_of(row, column)
        if thing.id or thing.display_name:
            yield _Identity(
                thing.id or thing.display_name or "",
                thing.display_name or "",
                thing.identity_type or "",
                _address(details),
            )


def _address(details: Mapping[str, str]) -> str:
    named = {name.lower(): value for name, value in details.items() if "@" in value}
    return named.get("userprincipalname") or next(iter(named.values()), "")


def _names(row: Row) -> set[str]:
    """What tells that two rows are about the same somebody."""
    return {each.id if len(each.id) >= _TELLING else f"{each.id}/{each.name}" for each in _identities(row)}


def _subject(row: Row) -> Subject:
    known = list(_identities(row))
    return Subject(
        ids=tuple(dict.fromkeys(each.id for each in known)),
        name=next((each.name for each in known if each.name), ""),
        kind=next((each.kind for each in known if each.kind), ""),
        address=next((each.address for each in known if each.address), ""),
        rows=number(row.get("Rows")),
        last_seen=moment(row.get("Last")),
    )


def _merged(one: Subject, other: Subject) -> Subject:
    newer, older = (one, other) if (one.last_seen or _LONG_AGO) >= (other.last_seen or _LONG_AGO) else (other, one)
    return Subject(
        ids=tuple(dict.fromkeys((*newer.ids, *older.ids))),
        name=newer.name or older.name,
        kind=newer.kind or older.kind,
        address=newer.address or older.address,
        rows=one.rows + other.rows,
        last_seen=newer.last_seen or older.last_seen,
    )


def _steps(row: Row) -> tuple[Step, ...]:
    return tuple(Step(kind=kind, status=status, text=text) for kind, status, text in steps_of(row))
