"""Who speaks, and what they may."""

from __future__ import annotations

from enum import StrEnum

from bot.model.base import Value


class Person(Value, frozen=True, kw_only=True):
    """Somebody in Teams: `id` is the Entra object id, `mri` the channel's own id (29:…)."""

    id: str
    name: str = ""
    mri: str = ""


class Role(StrEnum):
    NOBODY = "nobody"
    READER = "reader"
    OPERATOR = "operator"

    def allows(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)
