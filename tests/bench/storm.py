"""A storm of failures in the two shapes in which logs give it, and as alerts: so many events in so many groups, of equal size.

Each event is another object that failed; a group is a job and a cause. The shapes are the sandbox's, one failed row of
which is the pattern for all; a text that nobody reads makes every event, in every shape, as long as the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.adapters.kql import rows as exported
from bot.adapters.kql.tables import PROVISIONING, columns
from tests.bench.telling import QUICK
from tests.support.tenant_box import make_tenant

EVENTS, JOBS, CAUSES = (5_000, 10, 10) if QUICK else (100_000, 50, 20)
GROUPS = JOBS * CAUSES
BYTES = 2_600
"""Of one event, in every shape."""

_ID, _JOB, _WHO, _CODE, _AT, _PAD = (f"Zz{name}zZ" for name in ("id", "job", "who", "code", "at", "pad"))
_KEPT = (
    *("Id", "JobId", "CycleId", "ChangeId", "ProvisioningAction", "ResultType", "ResultSignature", "ResultDescription"),
    *("ProvisioningStatusInfo", "SourceIdentity", "TargetIdentity", "ServicePrincipal"),
)
"""Columns that the query of bot.sources.kql asks for as they are."""

COLUMNS = (*_KEPT, "At", "Ingested", "Steps")


class Storm:
    """The events, numbered in the order in which they happened, one so long after the other."""

    def __init__(self, began: datetime, apart: timedelta) -> None:
        self._began, self._apart = began, apart
        event = _pattern()
        self._graph = _padded(event)
        self._row = _padded(_row(event))
        self._alert = _padded(_alert(event))

    def at(self, number: int) -> str:
        """When it happened, and was ingested."""
        return f"{self._began + self._apart * number:%Y-%m-%dT%H:%M:%S.%f}0Z"

    def graph(self, number: int) -> bytes:
        """As a provisioningObjectSummary."""
        return self._written(self._graph, number)

    def row(self, number: int) -> bytes:
        """As a row of an answer of Log Analytics."""
        return self._written(self._row, number)

    def alert(self, number: int) -> bytes:
        """As an alert of Alertmanager's API."""
        return self._written(self._alert, number)

    def _written(self, pattern: str, number: int) -> bytes:
        group = number % GROUPS
        job = f"scim.0123456789abcdef0123456789abcdef.{group % JOBS:08x}-0000-4000-8000-000000000000"
        named = pattern.replace(_JOB, job).replace(_CODE, f"ContosoFault{group // JOBS:02d}")
        who = f"{number:08x}-1111-4111-8111-111111111111"
        return (
            named.replace(_WHO, who)
            .replace(_ID, f"{number:08x}-2222-4222-8222-222222222222")
            .replace(_AT, self.at(number))
        ).encode()


def batches(items: Iterator[bytes] | list[bytes], size: int) -> Iterator[list[bytes]]:
    """In lists of so many."""
    held: list[bytes] = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def _pattern() -> dict[str, Any]:
    """A failed row of the sandbox, with marks where rows differ."""
    tenant, dial = make_tenant()
    tenant.beat("bulk", rows=500, hours=1.0, failures=0.5, past=True, p95=0.0, late=0.0, tail=0.0, repeats=0.0)
    dial.turn(seconds=1)
    tenant.advance()
    event = next(
        row.event for row in reversed(tenant.arrived) if row.event["provisioningStatusInfo"]["status"] == "failure"
    )
    error = event["provisioningStatusInfo"]["errorInformation"]
    written = msgspec.json.encode(event).decode()
    for text, mark in (
        (event["id"], _ID),
        (event["jobId"], _JOB),
        (event["sourceIdentity"]["id"], _WHO),
        (error["errorCode"], _CODE),
        (event["activityDateTime"], _AT),
    ):
        written = written.replace(text, mark)
    found: dict[str, Any] = json.loads(written)
    found["provisioningSteps"][-1]["description"] += _PAD
    return found


def _row(event: dict[str, Any]) -> list[str]:
    """The event as the query of bot.sources.kql gives it."""
    names = list(columns()[PROVISIONING])
    whole = dict(
        zip(
            names, exported.provisioning({**event, "activityDateTime": datetime.now(UTC).isoformat()}, "w"), strict=True
        )
    )
    return [whole[name] for name in _KEPT] + [_AT, _AT, whole["ProvisioningSteps"]]


def _alert(event: dict[str, Any]) -> dict[str, Any]:
    error = event["provisioningStatusInfo"]["errorInformation"]
    name = event["sourceIdentity"]["displayName"]
    return {
        "labels": {"alertname": "failing_objects", "job": _JOB, "cause": _CODE, "object": _WHO, "name": name},
        "annotations": {"summary": error["reason"], "description": json.dumps(event["provisioningSteps"])},
    }


def _padded(what: object) -> str:
    """As JSON that is as long as all others, once its marks are filled."""
    pattern = msgspec.json.encode(what).decode()
    job, who, code, at = 74, 36, 14, 28
    filled = {_JOB: job, _WHO: who, _ID: who, _CODE: code, _AT: at, _PAD: 0}
    length = len(pattern) + sum(pattern.count(mark) * (size - len(mark)) for mark, size in filled.items())
    return pattern.replace(_PAD, " " + "x" * (BYTES - length - 1))
