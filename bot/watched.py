"""What somebody wants to watch, from the words behind `watch`: where, which jobs, which rules, for whom."""

from __future__ import annotations

import re
from typing import ClassVar

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.flags import unquoted
from bot.kqlrules.header import PERSONAS
from bot.model import Value
from bot.named_jobs import NEAR_ENOUGH, match_jobs
from bot.ports import Refusal, Unclear
from bot.routing import like
from bot.words import nearest

HERE, ME = "here", "me"
MOST_JOBS = 20
_WHERE = re.compile(rf"({HERE}|{ME})(?:[\s,]+|$)", re.IGNORECASE)


class Watched(Value, frozen=True, kw_only=True):
    """Where incidents are to be shown, and of which jobs: ids, or patterns of names."""

    shape: ClassVar[str] = "me|<job,…>"

    where: str = HERE
    jobs: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Watched:
        """`me`, jobs parted by commas, or both; a job is some words of its name, or a pattern with *. Raises Refusal."""
        first = _WHERE.match(text)
        where = first[1].lower() if first else HERE
        named = _parts(text[first.end() :] if first else text)
        if any(_anything(each) for each in named):
            return cls(where=where)
        if len(named) > MOST_JOBS:
            raise Refusal(f"These are more than {MOST_JOBS} jobs; a pattern such as Workday* names many at once.")
        async with ctx.store.look() as tx:
            known = await tx.reading.jobs()
        try:
            return cls(where=where, jobs=tuple(match_jobs(named, known)))
        except Unclear as error:
            own = f"{ME} " if where == ME else ""
            raise Unclear(str(error), [own + one for one in error.instead], error.suggestions) from None


class RuleNames(Value, frozen=True, kw_only=True):
    """Names of rules, or patterns of them."""

    shape: ClassVar[str] = "<rule,…>"
    long: ClassVar[bool] = True

    names: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> RuleNames:
        """Parted by commas or blanks. Raises Unclear with the nearest."""
        parts, known = re.split(r"[,\s]+", text.strip(" ,").lower().replace("-", "_")), ctx.routes.rule_names()
        if any(map(_anything, parts)):
            return cls()
        for at, each in enumerate(parts):
            if not any(like(each, name) for name in known):
                near = process.extract(each.strip("*?"), known, scorer=fuzz.WRatio, limit=3, score_cutoff=NEAR_ENOUGH)
                meant = [",".join([*parts[:at], name, *parts[at + 1 :]]) for name, _, _ in near]
                hint = f" Did you mean {near[0][0]}?" if near else ""
                raise Unclear(f"There is no rule '{each[:40]}'.{hint}", meant, ["rules"])
        return cls(names=tuple(dict.fromkeys(parts)))


class ForWhom(Value, frozen=True, kw_only=True):
    """Whom rules are for."""

    shape: ClassVar[str] = "<persona>"
    long: ClassVar[bool] = True

    personas: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> ForWhom:
        """One of the few that there are. Raises Unclear."""
        found = tuple(each for each in PERSONAS if each.lower() == " ".join(text.lower().split()))
        if not found:
            _, hint = nearest(text, PERSONAS)
            raise Unclear(f"No rule is for '{text[:40]}'; they are for {', '.join(PERSONAS)}.{hint}", list(PERSONAS))
        return cls(personas=found)


def _parts(text: str) -> list[str]:
    return [unquoted(part.strip()) for part in text.split(",") if part.strip()]


def _anything(text: str) -> bool:
    # A pattern that leaves nothing out is no narrowing at all.
    return bool(text) and not text.strip("*")
