"""Which jobs are named: one by some words of its name, or several, with commas between them or without doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.model import Job
from bot.ports import Refusal, Unclear
from bot.routing import like
from bot.several import several

_TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
NEAR_ENOUGH, NO_FARTHER = 62, 15
"""How like a name words have to be, and how much less like it than the nearest name is."""
ONE_NAME = 70
"""How like a single job's name several words have to be, to be that name misspelt and not several jobs."""
MOST_WORDS = 10
"""Words in a row that are tried for several jobs; whoever means more parts them by commas."""
COMMAS = "Several jobs have commas between them."
BETWEEN = {"and", "&", "+"}
"""What stands between two jobs in place of a comma."""


def match_job(text: str, jobs: Mapping[str, Job]) -> Job:
    """Find one job by words. Raises Refusal where none or several fit."""
    if not jobs:
        raise Refusal("No provisioning job is known yet. The first look into the tenant is still under way or failing.")
    found = fitting(text, jobs)
    if len(found) == 1:
        return found[0]
    if found:
        raise several("jobs", text[:80], [job.name for job in found])
    raise _nearest(text, jobs)


def fitting(text: str, jobs: Mapping[str, Job]) -> list[Job]:
    """The jobs whose names hold all the words, or only those that are called just so."""
    wanted, whole = _folded(text).split(), _folded(text)
    found = [job for job in jobs.values() if all(word in _searchable(job) for word in wanted)]
    return [job for job in found if _folded(job.name) == whole] or found


def match_jobs(named: Sequence[str], jobs: Mapping[str, Job]) -> list[str]:
    """Ids of jobs, and patterns of names. What is unclear is asked back among the others. Raises Refusal."""
    found: list[str] = []
    for at, each in enumerate(named):
        try:
            found += _meant(each, jobs)
        except Unclear as error:
            lines = [", ".join([*named[:at], one, *named[at + 1 :]]) for one in error.instead]
            raise Unclear(str(error), lines, error.suggestions) from None
    return list(dict.fromkeys(found))


def _meant(text: str, jobs: Mapping[str, Job]) -> Sequence[str]:
    """What stands between two commas: one job or pattern, or several in a row."""
    words = text.split()
    if len(words) == 1 or not jobs or fitting(text, jobs) or _fits(text, jobs):
        return [_one(text, jobs)]
    ways = list(_in_a_row(words, jobs))
    if len({frozenset(way) for way in ways}) == 1:
        return ways[0]
    folded = [_folded(job.name) for job in jobs.values()]
    if process.extractOne(_folded(text), folded, scorer=fuzz.ratio, score_cutoff=ONE_NAME):
        return [_one(text, jobs)]
    return _asked_back([word for word in words if word not in BETWEEN], text, jobs)


def _one(text: str, jobs: Mapping[str, Job]) -> str:
    if "*" not in text and "?" not in text:
        return text if text in jobs else match_job(text, jobs).id
    if not _fits(text, jobs):
        raise Unclear(f"No job's name fits '{text[:80]}'.", _near(text.strip("*?"), jobs), ["jobs"])
    return text


def _fits(text: str, jobs: Mapping[str, Job]) -> bool:
    """Whether it is a pattern that fits some job's name."""
    return ("*" in text or "?" in text) and any(like(text, job.name) for job in jobs.values())


def _in_a_row(words: Sequence[str], jobs: Mapping[str, Job]) -> Iterator[tuple[str, ...]]:
    """Each way to part the words into runs that name one job without doubt, as the jobs that are then meant."""
    if len(words) > MOST_WORDS:
        return
    ways: list[dict[tuple[str, ...], None]] = [{(): None}]
    for end in range(1, len(words) + 1):
        here = dict[tuple[str, ...], None]()
        for begin in range(end):
            for named in _named(words[begin:end], jobs):
                here |= {tuple(dict.fromkeys((*before, *named))): None for before in ways[begin]}
        ways.append(here)
    yield from (way for way in ways[-1] if way)


def _named(run: Sequence[str], jobs: Mapping[str, Job]) -> Iterator[tuple[str, ...]]:
    """The job or pattern that a run of words names, if it does without doubt; a mere "and" names none."""
    text = " ".join(run)
    if text.lower() in BETWEEN:
        yield ()
    elif text in jobs or _fits(text, jobs):
        yield (text,)
    elif len(found := fitting(text, jobs)) == 1:
        yield (found[0].id,)


def _asked_back(words: Sequence[str], text: str, jobs: Mapping[str, Job]) -> Sequence[str]:
    """Asks about the first word that names no job by itself, or several. Raises Refusal."""
    for at, word in enumerate(words):
        try:
            _one(word, jobs)
        except Unclear as error:
            lines = [", ".join([*words[:at], one, *words[at + 1 :]]) for one in error.instead]
            raise Unclear(f"{error} {COMMAS}", lines, error.suggestions) from None
        except Refusal:
            raise Refusal(f"No job matches '{word[:80]}', nor '{text[:80]}'. {COMMAS}", ["jobs"]) from None
    raise Unclear(f"'{text[:80]}' may mean several jobs, or one. {COMMAS}", [", ".join(words)], ["jobs"])


def _searchable(job: Job) -> str:
    return _folded(f"{job.name} {job.kind} {job.template}")


def _folded(text: str) -> str:
    # Phones write ’ for ' and – for -.
    return " ".join(text.lower().translate(_TYPED).split())


def _nearest(text: str, jobs: Mapping[str, Job]) -> Refusal:
    names = _near(text, jobs)
    if not names:
        return Refusal(f"No job matches '{text[:80]}'.", ["jobs"])
    return Unclear(f"No job matches '{text[:80]}'. Did you mean {names[0]}?", names)


def _near(text: str, jobs: Mapping[str, Job]) -> list[str]:
    """Names that are like these words, the nearest first."""
    names = [job.name for job in jobs.values()]
    found = process.extract(text, names, scorer=fuzz.WRatio, processor=_folded, limit=3, score_cutoff=NEAR_ENOUGH)
    return [name for name, likeness, _ in found if likeness >= found[0][1] - NO_FARTHER]
