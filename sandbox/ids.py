"""Identifiers that are the same for the same seed, and times spelt as Graph spells them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

NEVER = "0001-01-01T00:00:00Z"
"""How Graph writes "no such time" where a date may not be null."""


def guid(*parts: object) -> str:
    """The GUID that belongs to these words, for ever."""
    return str(uuid5(NAMESPACE_URL, "/".join(str(part) for part in parts)))


def drawn_guid(rng: random.Random) -> str:
    """The next GUID of a stream of chance."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def graph_time(when: datetime) -> str:
    """A time in UTC with seven digits of a second, as .NET writes it; fixed width, so that text order is time order."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def whole_second(when: datetime) -> str:
    """A time in UTC, cut to the second, as Graph writes it in a job's status."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
