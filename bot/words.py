"""How words are understood: from what people type to jobs, incidents, spans of time and scopes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from types import NoneType
from typing import Any, get_args

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.model import ConversationKind, Incident, Job, Person, RestartScope, SnoozeEnd
from bot.ports import Refusal, Unclear

Reader = Callable[[Context, str], Awaitable[Any]]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=30)
_TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
NEAR_ENOUGH = 55


async def read_job(ctx: Context, text: str) -> Job:
    """The job whose id is the text, or whose name holds all its words. Raises Refusal with the nearest names."""
    async with ctx.store.look() as tx:
        jobs = await tx.reading.jobs()
    if text in jobs:
        return jobs[text]
    return match_job(text, jobs)


def match_job(text: str, jobs: Mapping[str, Job]) -> Job:
    """Find one job by words. Raises Refusal where none or several fit."""
    if not jobs:
        raise Refusal("No provisioning job is known yet. The first look into the tenant is still under way or failing.")
    wanted = _folded(text).split()
    fitting = [job for job in jobs.values() if all(word in _searchable(job) for word in wanted)]
    exact = [job for job in fitting if _folded(job.name) == _folded(text)]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if fitting:
        names = ", ".join(job.name for job in fitting[:6])
        raise Unclear(f"{len(fitting)} jobs match '{text[:80]}': {names}.", [job.name for job in fitting[:6]])
    raise _nearest(text, jobs)


def _searchable(job: Job) -> str:
    return _folded(f"{job.name} {job.kind} {job.template}")


def _folded(text: str) -> str:
    # Phones write ’ for ' and – for -.
    return " ".join(text.lower().translate(_TYPED).split())


def _nearest(text: str, jobs: Mapping[str, Job]) -> Refusal:
    names = {job.id: job.name for job in jobs.values()}
    ranked = process.extract(text, names, scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH)
    near = [jobs[key] for _, _, key in ranked]
    if not near:
        return Refusal(f"No job matches '{text[:80]}'.", ["jobs"])
    return Unclear(f"No job matches '{text[:80]}'. Did you mean {near[0].name}?", [job.name for job in near])


async def read_incident(ctx: Context, text: str) -> Incident:
    """The incident of a number (42 or #42); from a button only one whose card stands in this conversation.

    A chat with the bot alone holds nothing that somebody else could have put there.
    """
    number = incident_number(text)
    async with ctx.store.look() as tx:
        incident = await tx.incidents.get(number)
        shown = await tx.outbox.card_of(number, ctx.conversation.id)
    foreign = ctx.pressed and shown is None and ctx.conversation.kind is not ConversationKind.PERSONAL
    if incident is None or foreign:
        raise Refusal(f"There is no incident #{number} here.", ("incidents",))
    return incident


def incident_number(text: str) -> int:
    """The number that is written as 42 or #42. Raises Refusal."""
    number = text.removeprefix("#")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise Refusal(
            f"'{text[:40]}' is not the number of an incident; the number stands on its card, like #42.", ("incidents",)
        )
    return int(number)


async def read_span(_: Context, text: str) -> timedelta:
    """A span like 30m, 24h, 7d or 2w, at most 30 days (what Entra keeps)."""
    found = re.fullmatch(r"([0-9]{1,5})([mhdw])", text.strip().lower())
    span = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < span <= _LONGEST:
        raise Refusal(f"'{text[:40]}' is not a span of time; write 30m, 24h or 7d, at most 30d.")
    return span


async def read_scopes(_: Context, text: str) -> tuple[RestartScope, ...]:
    """One or several scopes of a restart, parted by commas."""
    words = [word for word in re.split(r"[,\s+]+", text.lower()) if word]
    if unknown := [word for word in words if word not in set(RestartScope)]:
        raise Refusal(f"'{unknown[0][:40]}' is no scope of a restart; there are {', '.join(RestartScope)}.")
    return tuple(dict.fromkeys(RestartScope(word) for word in words))


async def read_text(_: Context, text: str) -> str:
    return text


async def read_switch(_: Context, text: str) -> bool:
    return bool(text)


async def read_person(ctx: Context, text: str) -> Person:
    """Somebody who spoke to the bot before, by some words of the name or by Entra id; `me` is who asks."""
    if text.lower() == "me":
        return ctx.person
    async with ctx.store.look() as tx:
        met = await tx.people.met()
    wanted = text.lower().lstrip("@").split()
    exact = [each for each in met if text.lower() in (each.id, each.name.lower())]
    fitting = exact or [each for each in met if all(word in each.name.lower() for word in wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(each.name for each in fitting[:6])
        raise Unclear(f"{len(fitting)} people match '{text[:40]}': {names}.", [each.name for each in fitting[:5]])
    raise Refusal(f"I know nobody called '{text[:40]}'. I know people once they have said something to me.")


async def read_snooze_end(_: Context, text: str) -> SnoozeEnd:
    """What ends a snooze before its time is up."""
    if text.lower() not in set(SnoozeEnd):
        raise Refusal(f"'{text[:40]}' is nothing that ends a snooze; there are {', '.join(SnoozeEnd)}.")
    return SnoozeEnd(text.lower())


async def read_number(_: Context, text: str) -> int:
    """A small whole number, from 1 on."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) == 0:
        raise Refusal(f"'{text[:40]}' is not a number that I can use here; write one from 1 to 9999.")
    return int(text)


_READERS: Mapping[Any, tuple[Reader, str]] = {
    Job: (read_job, "<job>"),
    Incident: (read_incident, "<incident>"),
    timedelta: (read_span, "24h"),
    tuple[RestartScope, ...]: (read_scopes, "<scope,…>"),
    str: (read_text, ""),
    bool: (read_switch, ""),
    int: (read_number, "<n>"),
    Person: (read_person, "<person>"),
    SnoozeEnd: (read_snooze_end, "|".join(SnoozeEnd)),
}


def reader_of(annotation: Any) -> Reader:
    """How words become a value of this type: one that is listed here, a closed set of words, or one that reads itself."""
    kind = _plain(annotation)
    if kind in _READERS:
        return _READERS[kind][0]
    return partial(read_word, kind) if issubclass(kind, StrEnum) else kind.read


def shape_of(annotation: Any, name: str) -> str:
    """What usage lines show in the place of a value of this type."""
    kind = _plain(annotation)
    if kind in _READERS:
        return _READERS[kind][1] or f"<{name}>"
    return "|".join(kind) if issubclass(kind, StrEnum) else kind.shape


async def read_word(kind: type[StrEnum], _: Context, text: str) -> StrEnum:
    """One of a closed set of words. Raises Unclear with the nearest."""
    if text.lower() in set(kind):
        return kind(text.lower())
    ranked = process.extract(text.lower(), list(kind), scorer=fuzz.ratio, limit=2, score_cutoff=NEAR_ENOUGH)
    raise Unclear(
        f"'{text[:40]}' is not known here; there are {', '.join(kind)}.", [str(word) for word, _, _ in ranked]
    )


def listed(shape: str) -> tuple[str, ...]:
    """The command that lists what may stand there, if there is one."""
    return {"<job>": ("jobs",), "<incident>": ("incidents",), "<number>": ("incidents",), "<name>": ("rules",)}.get(
        shape, ()
    )


def _plain(annotation: Any) -> Any:
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(annotation) else annotation
