"""The past of one person, and of errors, over all jobs: what is asked of the log's home, and what its answers say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.causes import cause_of
from bot.model import Failing, Failure, Happening, ProvisioningEvent, Step, Subject
from bot.sources.columns import from_columns
from bot.sources.past import changed_of, identity_of, steps_of

Row = Mapping[str, Any]

MOST_SUBJECTS, MOST_HAPPENINGS, MOST_CAUSES, MOST_IDS = 200, 300, 200, 12

# Ids shorter than this (numbers of employees, say) can mean somebody else in another system.
_TELLING = 16

_FIND = """
AADProvisioningLogs
| where SourceIdentity contains $WORD or TargetIdentity contains $WORD
| summarize Rows = count(), Last = max(TimeGenerated) by SourceIdentity, TargetIdentity
| order by Last desc
| take $MOST
| project SourceIdentity, TargetIdentity, Rows, Last = tostring(Last)
""".strip()

_STORY = """
AADProvisioningLogs
| where $ABOUT
| order by TimeGenerated desc
| take $MOST
| project Id, At = tostring(TimeGenerated), JobId, CycleId, ChangeId, ProvisioningAction, ResultType, ResultSignature,
    ResultDescription, ProvisioningStatusInfo, SourceIdentity, TargetIdentity, ServicePrincipal,
    Steps = ProvisioningSteps, ModifiedProperties
""".strip()

# Twice, because an object that fails again and again counts once, exactly.
_ERRORS = """
AADProvisioningLogs
| where ResultType == "Failure"$JOB
| summarize First = min(TimeGenerated), Last = max(TimeGenerated), Reason = take_any(ResultDescription)
    by JobId, ResultSignature, SourceIdentity
| summarize Objects = count(), First = min(First), Last = max(Last), Reason = take_any(Reason),
    Example = take_any(SourceIdentity) by JobId, ResultSignature
| order by Objects desc
| take $MOST
| project JobId, ResultSignature, Objects, First = tostring(First), Last = tostring(Last), Reason, Example
""".strip()


def finding(word: str) -> str:
    """The query for whom a word (a name, an address, an id, or a part of one) may mean."""
    return _FIND.replace("$WORD", _literal(_in_json(word))).replace("$MOST", str(MOST_SUBJECTS))


def story(subject: Subject) -> str:
    """The query for what every job did with somebody, the newest first."""
    terms = [
        f"{column} contains_cs {_literal(_in_json(each))}"
        for column in ("SourceIdentity", "TargetIdentity")
        for each in subject.ids[:MOST_IDS]
    ]
    return _STORY.replace("$ABOUT", "\n    or ".join(terms)).replace("$MOST", str(MOST_HAPPENINGS))


def past_errors(job_id: str = "") -> str:
    """The query for failures by job and error code."""
    only = f" and JobId == {_literal(job_id)}" if job_id else ""
    return _ERRORS.replace("$JOB", only).replace("$MOST", str(MOST_CAUSES))


def as_written(word: str) -> list[str]:
    """The word as it stands in the log."""
    return [_in_json(word)]


def texts(subject: Subject) -> list[str]:
    """What stands in the identities of the subject's rows."""
    return [_in_json(each) for each in subject.ids[:MOST_IDS]]


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
            groups.append(
                msgspec.structs.replace(more, examples=examples, healed=more.count - still, healed_at=healed_at)
            )
    return groups


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
        rows=_number(row.get("Rows")),
        last_seen=_moment(row.get("Last")),
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


def _group(row: Row) -> Failing | None:
    first, last, objects = _moment(row.get("First")), _moment(row.get("Last")), _number(row.get("Objects"))
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
    cause = msgspec.structs.replace(cause_of(event)[0], attribute="")
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
    return msgspec.structs.replace(
        one,
        count=one.count + other.count,
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=max(one.last_seen, other.last_seen),
    )


def _in_json(text: str) -> str:
    """The text as it stands inside a JSON column."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _literal(text: str) -> str:
    """The text as a literal of KQL, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _moment(value: object) -> datetime | None:
    try:
        return msgspec.convert(str(value), datetime).astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
