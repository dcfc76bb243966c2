"""How words are understood: from what people type to jobs, incidents, spans of time and scopes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import NoneType
from typing import Any, get_args

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.model import Incident, Job, RestartScope
from bot.ports import Refusal

Reader = Callable[[Context, str], Awaitable[Any]]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=30)
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
    wanted = text.lower().split()
    fitting = [job for job in jobs.values() if all(word in _searchable(job) for word in wanted)]
    exact = [job for job in fitting if job.name.lower() == text.lower()]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if fitting:
        names = ", ".join(job.name for job in fitting[:6])
        raise Refusal(f"{len(fitting)} jobs match '{text}': {names}.", [f"status {job.name}" for job in fitting[:6]])
    raise _nearest(text, jobs)


def _searchable(job: Job) -> str:
    return f"{job.name} {job.kind} {job.template}".lower()


def _nearest(text: str, jobs: Mapping[str, Job]) -> Refusal:
    names = {job.id: job.name for job in jobs.values()}
    ranked = process.extract(text, names, scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH)
    near = [jobs[key] for _, _, key in ranked]
    if not near:
        return Refusal(f"No job matches '{text}'.", ["jobs"])
    return Refusal(f"No job matches '{text}'. Did you mean {near[0].name}?", [f"status {job.name}" for job in near])


async def read_incident(ctx: Context, text: str) -> Incident:
    """The incident of a number (42 or #42); from a button only one whose card stands in this conversation."""
    number = text.removeprefix("#")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise Refusal(f"'{text[:40]}' is not the number of an incident; the number stands on its card, like #42.")
    async with ctx.store.look() as tx:
        incident = await tx.incidents.get(int(number))
        shown = await tx.outbox.card_of(int(number), ctx.conversation.id)
    if incident is None or (ctx.pressed and shown is None):
        raise Refusal(f"There is no incident #{number} here.")
    return incident


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


_READERS: Mapping[Any, tuple[Reader, str]] = {
    Job: (read_job, "<job>"),
    Incident: (read_incident, "<incident>"),
    timedelta: (read_span, "24h"),
    tuple[RestartScope, ...]: (read_scopes, "<scope,…>"),
    str: (read_text, ""),
}


def reader_of(annotation: Any) -> Reader:
    """How words become a value of this type."""
    return _READERS[_plain(annotation)][0]


def shape_of(annotation: Any, name: str) -> str:
    """What usage lines show in the place of a value of this type."""
    return _READERS[_plain(annotation)][1] or f"<{name}>"


def _plain(annotation: Any) -> Any:
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(annotation) else annotation
