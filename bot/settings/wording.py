"""Says in words for people what pydantic found wrong with a setting; the value itself is never among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

_WORDS = {
    "bool_parsing": "it must be true or false",
    "string_too_short": "it is empty",
    "string_type": "it must be text",
}
_NUMBERS = ("int_", "float_", "finite_", "greater_", "less_")


def what_is_wrong(mistake: Mapping[str, Any], field: FieldInfo) -> str:
    """A clause such as "it must be a whole number from 1 to 65535"."""
    kind: str = mistake["type"]
    said: Mapping[str, Any] = mistake.get("ctx", {})
    if kind == "value_error":
        return str(mistake["msg"]).removeprefix("Value error, ")
    if kind.startswith(_NUMBERS):
        return f"it must be {_number(field)}"
    if kind == "literal_error":
        return f"it must be one of {str(said['expected']).replace(' or ', ', ').replace(chr(39), '')}"
    if kind == "string_too_long":
        return f"it is longer than {said['max_length']} letters"
    return _WORDS.get(kind, "it cannot be understood")


def _number(field: FieldInfo) -> str:
    limits: dict[str, float] = {
        name: getattr(each, name) for each in field.metadata for name in ("gt", "ge", "lt", "le") if hasattr(each, name)
    }
    noun = "a whole number" if "int" in str(field.annotation) else "a number"
    low = f" above {limits['gt']:g}" if "gt" in limits else f" from {limits['ge']:g}" if "ge" in limits else ""
    high = f"{' to' if 'ge' in limits else ' and up to'} {limits['le']:g}" if "le" in limits else ""
    return f"{noun}{low}{high}"
