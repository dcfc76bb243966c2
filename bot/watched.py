"""What somebody wants to watch, from the words behind `watch`: where, which jobs, which rules, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rapidfuzz import fuzz, process

from bot.context import Context
from bot.flags import unquoted
from bot.kqlrules.header import PERSONAS
from bot.model import Job, Severity, Value
from bot.model.routes import JobKind
from bot.named_jobs import BETWEEN, NEAR_ENOUGH, match_jobs
from bot.ports import Refusal, Unclear
from bot.routing import like
from bot.words import nearest, read_word

HERE, ME = "here", "me"
EVERYTHING = {"all", "everything", "all jobs", "all incidents", "every job", "every incident"}
"""Words that leave nothing out."""

MOST_JOBS = 20
_FIRST = re.compile(rf"({HERE}|{ME})(?:[\s,]+|$)", re.IGNORECASE)


class Watched(Value, frozen=True, kw_only=True):
    """Where incidents are to be shown, and of which jobs: ids, or patterns of names."""

    shape: ClassVar[str] = "me|<job,…>"

    where: str = HERE
    jobs: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Watched:
        """`me`, jobs parted by commas, or both; a job is some words of its name, or a pattern with *. Raises Refusal."""
        async with ctx.store.look() as tx:
            known = await tx.reading.jobs()
        where, named = _placed(text, known.values())
        if any(_anything(each) or _all_of_them(each, known) for each in named):
            return cls(where=where)
        if len(named) > MOST_JOBS:
            raise Refusal(f"These are more than {MOST_JOBS} jobs; a pattern such as Workday* names many at once.")
        own = f"{ME} " if where == ME else ""
        try:
            return cls(where=where, jobs=tuple(match_jobs(named, known)))
        except Refusal as error:
            instead = [own + one for one in error.instead] if isinstance(error, Unclear) else []
            raise _severity_meant(error, named, own, instead) or Unclear(
                str(error), instead, error.suggestions
            ) from None


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


class Kinds(Value, frozen=True, kw_only=True):
    """Kinds of jobs."""

    shape: ClassVar[str] = f"{'|'.join(JobKind)},…"

    kinds: tuple[JobKind, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> Kinds:
        """Parted by commas. Raises Unclear with the nearest."""
        parts = ["-".join(part.split()) for part in _parts(text) or [text]]
        found: dict[JobKind, None] = {}
        for at, each in enumerate(parts):
            try:
                found[JobKind(await read_word(JobKind, ctx, each))] = None
            except Unclear as error:
                raise Unclear(str(error), _in_place(parts, at, error.instead), error.suggestions) from None
        return cls(kinds=tuple(found))


class ForWhom(Value, frozen=True, kw_only=True):
    """Whom rules are for."""

    shape: ClassVar[str] = "<persona,…>"
    long: ClassVar[bool] = True

    personas: tuple[str, ...] = ()

    @classmethod
    async def read(cls, ctx: Context, text: str) -> ForWhom:
        """Some of the few that there are, parted by commas. Raises Unclear."""
        parts, known = _parts(text) or [text], {each.lower(): each for each in PERSONAS}
        found = [known.get(" ".join(each.lower().split()), "") for each in parts]
        if "" in found:
            at = found.index("")
            _, hint = nearest(parts[at], PERSONAS)
            said = f"No rule is for '{parts[at][:40]}'; they are for {', '.join(PERSONAS)}.{hint}"
            raise Unclear(said, _in_place(parts, at, PERSONAS))
        return cls(personas=tuple(dict.fromkeys(found)))


def _placed(text: str, known: Iterable[Job]) -> tuple[str, list[str]]:
    """Where, and the parts between commas without the word that says it; it does not within quotation marks or a job's name."""
    first = _FIRST.match(text)
    said = {first[1].lower()} if first else set[str]()
    names = [set(job.name.lower().split()) for job in known]
    parts: list[str] = []
    for part in (each.strip() for each in (text[first.end() :] if first else text).split(",")):
        words = part.split()
        where = {word.lower() for word in words} & {HERE, ME}
        quoted = unquoted(part) != part
        if where and not quoted and not any(_called(name, words) for name in names):
            said |= where
            part = _without(words, where)
        parts += [unquoted(part)] if part else []
    if len(said) > 1:
        rest = ", ".join(parts)
        raise Unclear(
            "Here, or in your own chat? That takes two lines.", [f"{one} {rest}".strip() for one in (HERE, ME)]
        )
    return next(iter(said), HERE), parts


def _called(name: set[str], words: Sequence[str]) -> bool:
    """Whether words are some of a job's name; one alone has to be all of it, for `me` is seldom a job."""
    meant = {word.lower() for word in words}
    return name == meant or (len(words) > 1 and name >= meant)


def _without(words: Sequence[str], taken: set[str]) -> str:
    left = [word for word in words if word.lower() not in taken]
    while left and left[0].lower() in BETWEEN:
        left.pop(0)
    while left and left[-1].lower() in BETWEEN:
        left.pop()
    return " ".join(left)


def _all_of_them(text: str, known: Mapping[str, Job]) -> bool:
    """Whether it says "everything", and is not what a job is called."""
    said = " ".join(text.lower().split())
    return said in EVERYTHING and all(job.name.lower() != said for job in known.values())


def _severity_meant(error: Refusal, named: Sequence[str], own: str, instead: Iterable[str]) -> Unclear | None:
    """Of a severity among jobs, as in `watch workday high`, the flag is offered first; None where there is none."""
    words = ", ".join(named).replace(",", " , ").split()
    found = next((word.lower() for word in words if word.lower() in set(Severity)), "")
    if not found:
        return None
    left = " ".join(word for word in words if word.lower() not in {found, "severity", "-"})
    rest = left.replace(" ,", ",").strip(" ,")
    flag = f"--severity {found}"
    said = str(error).partition(" Did you mean")[0]
    return Unclear(f"{said} Did you mean {flag}?", [f"{own}{rest} {flag}".strip(), *instead], error.suggestions)


def _in_place(parts: Sequence[str], at: int, instead: Iterable[str]) -> list[str]:
    """The parts with each of what may be meant in the place of one."""
    return [", ".join([*parts[:at], one, *parts[at + 1 :]]) for one in instead]


def _parts(text: str) -> list[str]:
    return [unquoted(part.strip()) for part in text.split(",") if part.strip()]


def _anything(text: str) -> bool:
    # A pattern that leaves nothing out is no narrowing at all.
    return bool(text) and not text.strip("*")
