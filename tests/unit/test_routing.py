"""Who hears of an incident, and why."""

import time
from typing import Any

import pytest
from msgspec.structs import replace

from bot.adapters.graph.kinds import kind_of as graph_kind
from bot.model import PERSON, Alert, Conversation, ConversationKind, Evidence, Incident, Job, Severity, State
from bot.model.routes import JobKind, Matchers, Route
from bot.routing import Because, Book, hearing, kind_of, like, receivers
from tests.support.make import ADA, BOB, CHANNEL, NOON, job

OTHER = replace(CHANNEL, id="19:other@thread.tacv2", name="Other")
MINE = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, name="")
WORKDAY = job(id="Workday.t.1", kind="HR: Workday")
SLACK = job("Slack", id="slackOutDelta.t.2", kind="App: slackOutDelta")


def incident(rule: str = "quarantine", about: Job | None = WORKDAY, severity: Severity = Severity.HIGH) -> Incident:
    alert = Alert(title="x", detail="y", severity=severity, rule=rule)
    if about is not None:
        alert = replace(alert, job_id=about.id, job_name=about.name)
    return Incident(number=1, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON)


def book(*routes: Route, places: tuple[Conversation, ...] = (CHANNEL, OTHER, MINE), **more: Any) -> Book:
    told: dict[str, Any] = {"jobs": {each.id: each for each in (WORKDAY, SLACK)}}
    return Book(routes=routes, conversations={each.id: each for each in places}, **(told | more))


def to(place: Conversation, **wanted: Any) -> Route:
    return Route(to=place.id, matchers=Matchers(**wanted), number=1)


def heard(found: Incident, known: Book) -> list[str]:
    return [each.id for each in receivers(found, known)]


# --- Matchers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"jobs": ("Workday.t.1",)}, True),
        ({"jobs": ("workday*",)}, True),
        ({"jobs": ("*to Entra ?D", "nothing")}, True),
        ({"jobs": ("Workday",)}, False),
        ({"jobs": ("Slack",)}, False),
        ({"kinds": (JobKind.HR,)}, True),
        ({"kinds": (JobKind.APP, JobKind.CLOUD_SYNC)}, False),
        ({"rules": ("quaran*",)}, True),
        ({"rules": ("QUARANTINE",)}, True),
        ({"rules": ("job_*",)}, False),
        ({"severity": Severity.LOW}, True),
        ({"severity": Severity.HIGH}, True),
        ({"severity": Severity.CRITICAL}, False),
        ({"owners": (ADA.id,)}, True),
        ({"owners": (BOB.id,)}, False),
        ({"personas": ("IT operations",)}, True),
        ({"personas": ("GRC",)}, False),
        ({"jobs": ("workday*",), "severity": Severity.CRITICAL}, False),
    ],
)
def test_a_route_matches_where_every_matcher_does(wanted: dict[str, Any], matches: bool) -> None:
    known = book(to(CHANNEL, **wanted), to(OTHER), owners={WORKDAY.id: frozenset({ADA.id})})
    assert (CHANNEL.id in heard(incident(), known)) is matches


def test_a_rule_that_names_its_persona_is_routed_by_it() -> None:
    known = book(to(CHANNEL, personas=("GRC",)), to(OTHER), personas={"access_review_deleted": "GRC"})
    assert heard(incident("access_review_deleted", None), known) == [CHANNEL.id, OTHER.id]


def test_what_is_about_no_job_is_not_told_to_those_who_asked_for_a_job() -> None:
    known = book(to(CHANNEL, jobs=("*",)), to(MINE, owners=(ADA.id,)), to(OTHER))
    assert heard(incident("dirsync_stale", None), known) == [OTHER.id]


def test_of_a_job_whose_owners_are_not_known_everything_is_shown() -> None:
    known = book(to(MINE, owners=(ADA.id,)), to(OTHER), owners={WORKDAY.id: frozenset({BOB.id})})
    assert heard(incident(about=SLACK), known) == [MINE.id, OTHER.id]
    assert heard(incident(about=WORKDAY), known) == [OTHER.id]


def test_a_job_that_is_deleted_is_still_known_by_its_name() -> None:
    known = book(to(CHANNEL, jobs=("Workday*",)), to(OTHER, jobs=("x",)), jobs={})
    assert heard(incident(), known) == [CHANNEL.id]


def test_brackets_in_a_pattern_are_only_brackets() -> None:
    assert like("[HR] *", "[hr] Workday")
    assert not like("[HR] *", "H Workday")


@pytest.mark.parametrize("kind", ["HR", "SCIM", "AD2AADProvisioning", "Azure2Azure", "slackOutDelta", "API2AAD"])
def test_every_kind_of_job_that_graph_knows_has_a_word_for_routes(kind: str) -> None:
    template = "Workday2AAD" if kind == "HR" else kind
    assert kind_of(job(kind=graph_kind("", template))) in set(JobKind)


# --- Nothing is told to nobody ------------------------------------------------------------------------------------------


def test_what_no_route_matches_goes_to_the_fallback() -> None:
    known = book(to(CHANNEL, jobs=("Slack",)), fallback=(OTHER.id,))
    assert [(each.conversation.id, each.because) for each in hearing(incident(), known)] == [
        (OTHER.id, Because.FALLBACK)
    ]


def test_without_a_fallback_everybody_who_has_a_route_hears_of_it() -> None:
    known = book(to(CHANNEL, jobs=("Slack",)), to(MINE, jobs=("Slack",)), to(MINE, rules=("x",)))
    assert heard(incident(), known) == [CHANNEL.id, MINE.id]


def test_a_closed_conversation_counts_for_nobody_and_the_fallback_hears_instead() -> None:
    shut = replace(CHANNEL, active=False)
    known = book(to(CHANNEL), places=(shut, OTHER), fallback=(OTHER.id,))
    assert heard(incident(), known) == [OTHER.id]


def test_a_fallback_that_cannot_be_reached_leaves_it_to_everybody() -> None:
    known = book(to(CHANNEL, jobs=("Slack",)), fallback=("19:unknown@thread.tacv2",))
    assert heard(incident(), known) == [CHANNEL.id]


def test_where_there_is_nobody_nobody_hears() -> None:
    assert hearing(incident(), book()) == []


def test_what_is_over_is_told_to_nobody_new() -> None:
    assert heard(replace(incident(), state=State.RESOLVED), book(to(CHANNEL))) == []


def test_several_routes_to_one_place_are_one_hearing_that_names_them_all() -> None:
    found = hearing(incident(), book(to(CHANNEL), to(CHANNEL, jobs=("Work*",)), to(CHANNEL, jobs=("Slack",))))
    assert [len(each.routes) for each in found] == [2]


def test_a_person_is_reached_in_their_own_chat_once_that_is_known() -> None:
    route = Route(to=PERSON + ADA.id)
    unopened = replace(MINE, id=PERSON + ADA.id)
    assert heard(incident(), book(route, places=(unopened,))) == [PERSON + ADA.id]
    assert heard(incident(), book(route, places=(unopened, MINE))) == [PERSON + ADA.id, MINE.id][1:]
    assert heard(incident(), book(route, places=(replace(MINE, active=False),), fallback=())) == []


# --- Much of it ---------------------------------------------------------------------------------------------------------


def test_ten_thousand_routes_are_looked_through_in_no_time() -> None:
    many = [to(CHANNEL, jobs=(f"Job number {at} *",), rules=("quarantine*",)) for at in range(10_000)]
    known = book(*many, to(OTHER))
    heard(incident(), known)  # patterns are made ready once
    began = time.perf_counter()
    assert heard(incident(), known) == [OTHER.id]
    assert time.perf_counter() - began < 0.5


def test_no_pattern_takes_long() -> None:
    began = time.perf_counter()
    assert not like("*a" * 90 + "*b", "a" * 5_000)
    assert not like("?*" * 90 + "b", "a" * 5_000)
    assert time.perf_counter() - began < 0.5
