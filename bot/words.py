"""How words are understood: from what people type to jobs, incidents, spans of time and scopes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from types import NoneType
from typing import Any, get_args

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.model import ConversationKind, Incident, Job, Person, RestartScope
from bot.named_jobs import match_job
from bot.ports import Refusal, Unclear
from bot.several import several
from bot.spans import read_span

Reader = Callable[[Context, str], Awaitable[Any]]

NEAR_ENOUGH = 55


async def read_job(ctx: Context, text: str) -> Job:
    """The job whose id is the text, or whose name holds all its words. Raises Refusal with the nearest names."""
    async with ctx.store.look() as tx:
        jobs = await tx.reading.jobs()
    if text in jobs:
        return jobs[text]
    return match_job(text, jobs)


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
    """The number that is written as 42, #42 or, in a sentence, of incident #42? Raises Refusal."""
    found = re.fullmatch(r"(?:(?:of|about|incident)\s+)*#?([0-9]{1,9})\s*\??", text.strip(), re.IGNORECASE)
    if found is None:
        raise Refusal(
            f"'{text[:40]}' is not the number of an incident; the number stands on its card, like #42.", ("incidents",)
        )
    return int(found[1])


async def read_scopes(_: Context, text: str) -> tuple[RestartScope, ...]:
    """One or several scopes of a restart, parted by commas."""
    words = [word for word in re.split(r"[,\s+]+", text.lower()) if word]
    if unknown := [word for word in words if word not in set(RestartScope)]:
        near, hint = nearest(unknown[0], RestartScope)
        said = f"'{unknown[0][:40]}' is no scope of a restart; there are {', '.join(RestartScope)}.{hint}"
        raise Unclear(said, [",".join(one if word == unknown[0] else word for word in words) for one in near])
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
        raise several("people", text[:40], [each.name for each in fitting])
    near, hint = nearest(" ".join(wanted), [each.name for each in met if each.name], scorer=fuzz.WRatio)
    said = f"I know nobody called '{text[:40]}'.{hint} I know people once they have said something to me."
    raise Unclear(said, near)


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


def is_long(annotation: Any) -> bool:
    """Whether such a value takes as many words as there are: a name, a reason, a list."""
    kind = _plain(annotation)
    return kind in (str, Job) or getattr(kind, "long", False)


async def read_word(kind: type[StrEnum], _: Context, text: str) -> StrEnum:
    """One of a closed set of words. Raises Unclear with the nearest."""
    if text.lower() in set(kind):
        return kind(text.lower())
    near, hint = nearest(text, kind)
    raise Unclear(f"'{text[:40]}' is not known here; there are {', '.join(kind)}.{hint}", near)


def nearest(text: str, known: Iterable[str], scorer: Callable[..., float] = fuzz.ratio) -> tuple[list[str], str]:
    """The words that may be meant, the nearest first, and the question whether that one is."""
    ranked = process.extract(text.lower(), list(known), scorer=scorer, processor=str.lower, limit=2)
    near = [str(word) for word, likeness, _ in ranked if likeness >= NEAR_ENOUGH]
    return near, f" Did you mean {near[0]}?" if near else ""


def listed(shape: str) -> tuple[str, ...]:
    """The command that lists what may stand there, if there is one."""
    return {
        "<job>": ("jobs",),
        "<incident>": ("incidents",),
        "<number>": ("incidents",),
        "<name>": ("rules",),
        "c12|n3|p4|all": ("undelivered",),
    }.get(shape, ())


def _plain(annotation: Any) -> Any:
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(annotation) else annotation
