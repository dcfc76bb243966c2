"""Decodes what vendors send: strictly and fast where it is as documented, value by value where it is not."""

from __future__ import annotations

import functools
import json
import types
import typing
from typing import Any, TypeVar, get_args, get_origin

import msgspec

T = TypeVar("T")


class Unreadable(ValueError):
    """The bytes are not JSON, or not the kind of JSON that can stand for the wanted type."""


def decode(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON. What is null, missing or of a wrong type becomes its default. Raises Unreadable."""
    try:
        return strict(data, kind)
    except msgspec.DecodeError:
        return repair(data, kind)


def strict(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON that is as it should be. Raises msgspec.DecodeError, which says where it is not."""
    return _decoder(kind).decode(data)


@functools.cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


def repair(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode value by value; the slow way, for what the strict decoder refused. Raises Unreadable."""
    try:
        loaded: object = json.loads(bytes(data).decode("utf-8", "replace"))
        return _struct(loaded, kind)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None


def _struct(value: object, kind: type[T]) -> T:
    if not isinstance(value, dict):
        raise Unreadable(f"expected an object, got {type(value).__name__}")
    given = typing.cast(dict[str, object], value)
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):  # pyright: ignore[reportArgumentType]
        if field.encode_name in given:
            fitted = _fit(given[field.encode_name], field.type)
            if fitted is not None:
                made[field.name] = fitted
    return kind(**made)


def _fit(value: object, kind: Any) -> Any:
    """The value as that type, or None where it cannot be one."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        tried = (_fit(value, part) for part in get_args(kind) if part is not type(None))
        return next((fitted for fitted in tried if fitted is not None), None)
    if get_origin(kind) is list:
        inner = get_args(kind)[0]
        items = typing.cast(list[object], value) if isinstance(value, list) else []
        return [fitted for item in items if (fitted := _fit(item, inner)) is not None]
    if kind is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(typing.cast(object, value), kind) if isinstance(value, dict) else None
    return _scalar(value, kind)


def _scalar(value: object, kind: Any) -> Any:
    if kind is str and isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).encode("utf-8", "replace").decode()
    if kind is bool:
        return value if isinstance(value, bool) else None
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, OverflowError):
        return None
