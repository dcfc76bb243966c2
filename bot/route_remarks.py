"""What of a route matches nothing that the bot knows, and what makes it match more than it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.model import Job
from bot.model.routes import JobKind, Matchers
from bot.routing import Book, jobs_of, like, names_job, persona_of
from cards.words import either

KINDS = {
    JobKind.HR: "HR",
    JobKind.CLOUD_SYNC: "cloud sync",
    JobKind.CROSS_TENANT: "cross-tenant sync",
    JobKind.APP: "applications",
}
_NOBODY: Mapping[str, str] = {}


def remarks(wanted: Matchers, book: Book, names: Mapping[str, str] = _NOBODY) -> Iterator[str]:
    """All that is odd; `names` are people's, by object id."""
    yield from idle(wanted, book, names)
    of_today = jobs_of(wanted, book.jobs.values()) if wanted.owners else ()
    if unknown := sum(job.id not in book.owners for job in of_today):
        yield f"the owners of {_all_of(unknown, len(of_today))} are not known, so everything about them is shown"


def idle(wanted: Matchers, book: Book, names: Mapping[str, str] = _NOBODY) -> Iterator[str]:
    """What matches nothing now: the whole route, or one of its values."""
    yield from _jobs(wanted, tuple(book.jobs.values()))
    yield from _rules(wanted, book)
    yield from _owners(wanted, book, names)


def _jobs(wanted: Matchers, known: Sequence[Job]) -> Iterator[str]:
    # Before the first look into the directory nothing can be said of jobs.
    if not known:
        return
    strange = [each for each in wanted.jobs if not any(names_job(each, job.id, job.name) for job in known)]
    if jobs_of(wanted, known):
        if strange:
            yield f"no job is called {either(strange)} now"
    elif wanted.jobs and len(strange) == len(wanted.jobs):
        yield f"matches no job now: none is called {either(strange)}"
    elif wanted.jobs or wanted.kinds:
        yield f"matches no job now: none {'of them ' if wanted.jobs else ''}is of the kind {either([KINDS[each] for each in wanted.kinds])}"


def _rules(wanted: Matchers, book: Book) -> Iterator[str]:
    if not book.rules:
        return
    strange = [each for each in wanted.rules if not any(like(each, name) for name in book.rules)]
    named = [name for name in book.rules if not wanted.rules or any(like(each, name) for each in wanted.rules)]
    if not named:
        yield f"matches no rule now: none is called {either(strange)}"
    elif wanted.personas and not any(persona_of(name, book) in wanted.personas for name in named):
        yield f"matches no rule now: none {'of them ' if wanted.rules else ''}is for {either(wanted.personas)}"
    elif strange:
        yield f"no rule is called {either(strange)} now"


def _owners(wanted: Matchers, book: Book, names: Mapping[str, str]) -> Iterator[str]:
    """Owners who own nothing, as far as the owners of all jobs in question are known."""
    of_today = jobs_of(wanted, book.jobs.values()) if wanted.owners else []
    if not of_today or any(job.id not in book.owners for job in of_today):
        return
    owning = {who for job in of_today for who in book.owners[job.id]}
    strange = [names.get(each, each) for each in wanted.owners if each not in owning]
    if len(strange) == len(wanted.owners):
        yield f"matches no job now: none belongs to an application that {either(strange)} owns"
    elif strange:
        yield f"{either(strange)} owns no application of its jobs"


def _all_of(some: int, every: int) -> str:
    return "its jobs" if some == every else f"{some:,} of its {every:,} jobs"
