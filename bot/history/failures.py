"""Failures of the past by job and cause, and how they go together with what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from bot.causes import cause_of
from bot.history.values import Row, moment, number
from bot.model import Failing, Failure, ProvisioningEvent
from bot.sources.past import identity_of


def failing(rows: Iterable[Row]) -> list[Failing]:
    """What the rows of `past_errors` say, by job and cause."""
    groups: dict[tuple[str, str], Failing] = {}
    for row in rows:
        group = _group(row)
        if group is not None:
            key = (group.job_id, group.cause.key)
            groups[key] = _both(groups[key], group) if key in groups else group
    return list(groups.values())


def merged(ledger: Iterable[Failing], past: Iterable[Failing]) -> list[Failing]:
    """The ledger's groups, but the past's where it knows of more objects than the ledger does.

    What fails now is in the ledger: the objects that only the past knows are taken for healed.
    """
    groups = list(ledger)
    for more in past:
        same = [each for each in groups if (each.job_id, each.cause.code) == (more.job_id, more.cause.code)]
        if sum(each.count for each in same) < more.count:
            examples = next((each.examples for each in same if each.examples), more.examples)
            groups = [each for each in groups if each not in same]
            still = sum(each.still for each in same)
            healed_at = max((each.healed_at for each in same if each.healed_at), default=None)
            groups.append(replace(more, examples=examples, healed=more.count - still, healed_at=healed_at))
    return groups


def _group(row: Row) -> Failing | None:
    first, last, objects = moment(row.get("First")), moment(row.get("Last")), number(row.get("Objects"))
    job_id, code, reason = (str(row.get(name) or "") for name in ("JobId", "ResultSignature", "Reason"))
    if first is None or last is None or not job_id or objects < 1:
        return None
    thing, _ = identity_of(row, "Example")
    event = ProvisioningEvent(
        id="",
        at=last,
        job_id=job_id,
        object_id=thing.id or thing.display_name or "",
        object_type=thing.identity_type or "",
        object_name=thing.display_name or "",
        error_code=code,
        reason=reason,
    )
    cause = replace(cause_of(event)[0], attribute="")
    example = Failure(
        job_id=job_id,
        object_id=event.object_id,
        object_type=event.object_type,
        object_name=event.object_name,
        cause=cause,
        error_code=code,
        reason=reason,
        first_seen=first,
        last_seen=last,
    )
    return Failing(job_id=job_id, cause=cause, count=objects, first_seen=first, last_seen=last, examples=(example,))


def _both(one: Failing, other: Failing) -> Failing:
    return replace(
        one,
        count=one.count + other.count,
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=max(one.last_seen, other.last_seen),
    )
