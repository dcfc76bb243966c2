"""What only the history of a person needs of a row's JSON columns: identities with their details, steps, attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from bot.adapters import lenient
from bot.sources.rows import Thing, Wire
from bot.sources.words import STEP_STATUSES, STEP_TYPES, known

T = TypeVar("T")

LONGEST, MOST_ADDRESSES, MOST_STEPS, MOST_ATTRIBUTES = 300, 20, 40, 20


class Identity(msgspec.Struct, frozen=True):
    """An identity as diagnostic settings write it, or as Graph does; `details` are read when asked for."""

    id: str | None = None
    Id: str | None = None
    displayName: str | None = None  # noqa: N815
    Name: str | None = None
    identityType: str | None = None  # noqa: N815
    details: msgspec.Raw = msgspec.Raw()

    def thing(self) -> Thing:
        return Thing(_cut(self.Id or self.id), _cut(self.Name or self.displayName), _cut(self.identityType))


class _Step(Wire, frozen=True):
    provisioning_step_type: str | int | None = None
    status: str | int | None = None
    description: str | None = None


class _Change(Wire, frozen=True):
    display_name: str | None = None


class _Steps(Wire, frozen=True):
    items: list[_Step] | None = None


class _Changes(Wire, frozen=True):
    items: list[_Change] | None = None


def identity_of(row: Mapping[str, Any], column: str) -> tuple[Thing, dict[str, str]]:
    """The identity in a column, and those of its details that are addresses."""
    identity = _read(row.get(column), Identity)
    return identity.thing(), dict(_addresses(identity.details))


def _addresses(raw: msgspec.Raw) -> Iterator[tuple[str, str]]:
    if not bytes(raw):
        return
    try:
        details = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return
    items: dict[str, Any] = details if isinstance(details, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    for name, value in list(items.items())[:MOST_ADDRESSES]:
        if isinstance(value, str) and "@" in value and len(value) <= LONGEST:
            yield name, value


def steps_of(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Type, status and sentence of each step, in Graph's words."""
    return [
        (
            _cut(known(each.provisioning_step_type, STEP_TYPES)) or "",
            _cut(known(each.status, STEP_STATUSES)) or "",
            _cut(each.description) or "",
        )
        for each in (_read(_listed(row.get("Steps")), _Steps).items or [])[:MOST_STEPS]
    ]


def changed_of(row: Mapping[str, Any]) -> list[str]:
    """The attributes that were changed."""
    changes = _read(_listed(row.get("ModifiedProperties")), _Changes).items or []
    return [_cut(each.display_name) or "" for each in changes[:MOST_ATTRIBUTES] if each.display_name]


def _listed(written: object) -> str:
    return f'{{"items":{written}}}' if isinstance(written, str) and written else ""


def _read(written: object, kind: type[T]) -> T:
    """The JSON in a column; an empty one where there is none or where it is broken."""
    if not isinstance(written, str) or not written:
        return kind()
    try:
        return lenient.decode(written.encode("utf-8", "replace"), kind)
    except lenient.Unreadable:
        return kind()


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
