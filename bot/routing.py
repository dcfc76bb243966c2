"""Who hears of an incident: those whose route matches it, or else the fallback, so that nothing is told to nobody."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from bot.model import PERSON, Conversation, ConversationKind, Incident, Job, Severity, Value
from bot.model.routes import JobKind, Matchers, Route

REMEMBERED = 20_000
"""Patterns that are kept ready for the next incident."""

NO_PERSONA = "IT operations"
"""Whom a rule is for that names nobody."""

_KINDS = {
    "HR": JobKind.HR,
    "Cloud sync": JobKind.CLOUD_SYNC,
    "Cross-tenant sync": JobKind.CROSS_TENANT,
    "SCIM app": JobKind.APP,
    "App": JobKind.APP,
}
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Because(StrEnum):
    """Why somebody hears of an incident."""

    ROUTE = "a route matches"
    FALLBACK = "no route matches, so the fallback of the settings hears of it"
    EVERYBODY = "no route matches and no fallback can be reached, so all who watch anything hear of it"


class Book(Value, frozen=True, kw_only=True):
    """All that decides who hears: every route, where the bot may speak, and what is known of jobs and rules.

    `owners` are object ids by job id; a job that is not in it is one whose owners are not known. `rules` are the names
    of all rules, `personas` whom each is for. `no_reports` are ids of those who are told of incidents and of nothing else;
    `no_notes` of those who are told no more of them than how they stand.
    """

    routes: tuple[Route, ...] = ()
    fallback: tuple[str, ...] = ()
    conversations: Mapping[str, Conversation] = {}
    jobs: Mapping[str, Job] = {}
    owners: Mapping[str, frozenset[str]] = {}
    personas: Mapping[str, str] = {}
    rules: frozenset[str] = frozenset()
    no_reports: frozenset[str] = frozenset()
    no_notes: frozenset[str] = frozenset()


class Hearing(Value, frozen=True, kw_only=True):
    """One receiver of an incident, and why: the routes that match, or that none does."""

    conversation: Conversation
    because: Because
    routes: tuple[Route, ...] = ()


def hearing(incident: Incident, book: Book) -> list[Hearing]:
    """Whom an incident is told: nobody only where there is nobody at all who could be reached."""
    found: dict[str, tuple[Conversation, list[Route]]] = {}
    for route, place in _reachable(book):
        if matches(route.matchers, incident, book):
            found.setdefault(place.id, (place, []))[1].append(route)
    if found:
        return [
            Hearing(conversation=place, because=Because.ROUTE, routes=tuple(mine)) for place, mine in found.values()
        ]
    named = _distinct(map(places(book), book.fallback))
    if named:
        return [Hearing(conversation=each, because=Because.FALLBACK) for each in named]
    everybody = _distinct(place for _, place in _reachable(book))
    return [Hearing(conversation=each, because=Because.EVERYBODY) for each in everybody]


def receivers(incident: Incident, book: Book) -> Iterator[Conversation]:
    """The conversations in which the incident's card belongs, looked for once somebody asks for the first."""
    if incident.open:
        yield from (each.conversation for each in hearing(incident, book))


def everybody(book: Book) -> list[Conversation]:
    """All whom any route or the fallback leads to, as far as they can be reached."""
    return _distinct([*(place for _, place in _reachable(book)), *map(places(book), book.fallback)])


def readers(book: Book) -> list[Conversation]:
    """Those of them who are told also what is about no incident."""
    return [each for each in everybody(book) if each.id not in book.no_reports]


def places(book: Book) -> Callable[[str], Conversation | None]:
    """Finds the conversation that a route leads to, closed or not; for a person their own chat, where there is one."""
    chats: dict[str, Conversation] = {}
    for each in book.conversations.values():
        if each.kind is ConversationKind.PERSONAL and each.user_id and (each.active or each.user_id not in chats):
            chats[each.user_id] = each

    def find(to: str) -> Conversation | None:
        own = chats.get(to.removeprefix(PERSON)) if to.startswith(PERSON) else None
        return own or book.conversations.get(to)

    return find


def matches(wanted: Matchers, incident: Incident, book: Book) -> bool:
    """Whether a route with these matchers is about the incident."""
    alert = incident.alert
    return (
        (wanted.severity is None or _RANKS[alert.severity] <= _RANKS[wanted.severity])
        and (not wanted.rules or any(like(each, alert.rule) for each in wanted.rules))
        and (not wanted.personas or persona_of(alert.rule, book) in wanted.personas)
        and (not wanted.kinds or kind_of(book.jobs.get(alert.job_id)) in wanted.kinds)
        and (not wanted.jobs or _of_jobs(wanted.jobs, incident, book))
        and (not wanted.owners or _of_owners(wanted.owners, alert.job_id, book))
    )


def like(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern, in which * is anything and ? one letter, whatever the case."""
    return _pattern(pattern)(name.casefold()) is not None


def kind_of(job: Job | None) -> JobKind | None:
    """What a job is for; None where that is not known."""
    found = (kind for beginning, kind in _KINDS.items() if job is not None and job.kind.startswith(beginning))
    return next(found, None)


def persona_of(rule: str, book: Book) -> str:
    """Whom a rule is for."""
    return book.personas.get(rule, NO_PERSONA)


def names_job(wanted: str, job_id: str, name: str) -> bool:
    """Whether a value of `jobs` means that job."""
    return wanted == job_id or like(wanted, name)


def jobs_of(wanted: Matchers, jobs: Iterable[Job]) -> list[Job]:
    """The jobs of today that a route is about, as far as it names jobs or kinds of them."""
    return [
        job
        for job in jobs
        if (not wanted.jobs or any(names_job(each, job.id, job.name) for each in wanted.jobs))
        and (not wanted.kinds or kind_of(job) in wanted.kinds)
    ]


# --- One by one ---------------------------------------------------------------------------------------------------------


def _reachable(book: Book) -> Iterator[tuple[Route, Conversation]]:
    find = places(book)
    for route in book.routes:
        place = find(route.to)
        if place is not None and place.active:
            yield route, place


def _distinct(places: Iterable[Conversation | None]) -> list[Conversation]:
    return list({each.id: each for each in places if each is not None and each.active}.values())


def _of_jobs(wanted: Iterable[str], incident: Incident, book: Book) -> bool:
    job_id = incident.alert.job_id
    known = book.jobs.get(job_id)
    name = known.name if known is not None else incident.alert.job_name
    return job_id != "" and any(names_job(each, job_id, name) for each in wanted)


def _of_owners(wanted: Iterable[str], job_id: str, book: Book) -> bool:
    # Of a job whose owners are not known, everything is shown: rather too much than nothing.
    return job_id != "" and (job_id not in book.owners or not book.owners[job_id].isdisjoint(wanted))


@lru_cache(maxsize=REMEMBERED)
def _pattern(pattern: str) -> Callable[[str], object]:
    # fnmatch's own expressions never go back over what they have passed, so that no pattern takes long; its [ ] mean nothing here.
    return re.compile(fnmatch.translate(pattern.casefold().replace("[", "[[]"))).match
