"""What somebody wants to watch, from the words behind `watch`: where, which jobs, which rules, for whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.kqlrules.header import PERSONAS
from bot.model import Job, Value
from bot.ports import Refusal, Unclear
from bot.routing import like
from bot.words import NEAR_ENOUGH, match_job

HERE, ME = "here", "me"
MOST_JOBS = 20


class Watched(Value, frozen=True, kw_only=True):
    """Where incidents are to be shown, and of which jobs: ids, or patterns of names."""

    shape: ClassVar[str] = "me|<job,…>"

    where: str = HERE
    jobs: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Watched:
        """`me`, jobs parted by commas, or both; a job is some words of its name, or a pattern with *. Raises Refusal."""
        first, _, rest = text.partition(" ")
        where = first.lower() if first.lower() in (HERE, ME) else HERE
        named = [part.strip() for part in (rest if first.lower() in (HERE, ME) else text).split(",") if part.strip()]
        if any(_anything(each) for each in named):
            return cls(where=where)
        if len(named) > MOST_JOBS:
            raise Refusal(f"These are more than {MOST_JOBS} jobs; a pattern such as Workday* names many at once.")
        async with ctx.store.look() as tx:
            known = await tx.reading.jobs()
        return cls(where=where, jobs=tuple(dict.fromkeys(_jobs(named, known, where))))


def _anything(text: str) -> bool:
    # A pattern that leaves nothing out is no narrowing at all.
    return bool(text) and not text.strip("*")


def _jobs(named: Sequence[str], known: Mapping[str, Job], where: str) -> Iterator[str]:
    """What each stands for; one that is unclear is asked back among the others."""
    own = f"{ME} " if where == ME else ""
    for at, each in enumerate(named):
        try:
            yield _job(each, known)
        except Unclear as error:
            meant = [own + ", ".join([*named[:at], one, *named[at + 1 :]]) for one in error.instead]
            raise Unclear(str(error), meant, error.suggestions) from None


def _job(text: str, known: Mapping[str, Job]) -> str:
    if "*" not in text and "?" not in text:
        return text if text in known else match_job(text, known).id
    if not any(like(text, job.name) for job in known.values()):
        names = [job.name for job in known.values()]
        near = process.extract(text.strip("*?"), names, scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH)
        raise Unclear(f"No job's name fits '{text[:80]}'.", [name for name, _, _ in near], ["jobs"])
    return text


def rules_of(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Names of rules or patterns of them, parted by commas or blanks. Raises Refusal with the nearest."""
    found: list[str] = []
    parts = re.split(r"[,\s]+", text.strip())
    if any(map(_anything, parts)):
        return ()
    for part in parts:
        wanted = part.lower().replace("-", "_")
        if part and not any(like(wanted, each) for each in known):
            near = process.extract(
                wanted.strip("*?"), list(known), scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH
            )
            raise Refusal(
                f"There is no rule '{part[:40]}'.", [*(f"watch --rule {name}" for name, _, _ in near), "rules"]
            )
        found += [wanted] if part else []
    return tuple(dict.fromkeys(found))


def persona_of(text: str) -> tuple[str, ...]:
    """Whom the rules are for. Raises Refusal."""
    found = tuple(each for each in PERSONAS if each.lower() == " ".join(text.lower().split()))
    if text and not found:
        lines = [f"watch --persona {each}" for each in PERSONAS]
        raise Refusal(f"No rule is for '{text[:40]}'; they are for {', '.join(PERSONAS)}.", lines)
    return found
