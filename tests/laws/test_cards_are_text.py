"""Whatever the directory, Microsoft or a person's name says, a card shows it as text: no markup, link, mention or command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model import (
    Advice,
    AuditEntry,
    Cause,
    Failing,
    Incident,
    Job,
    LastTime,
    Person,
    Snooze,
    State,
    TimelineEntry,
)
from bot.ports import Card
from bot.replay import Made
from bot.route_words import RouteShown
from cards import notes, sample
from cards.audit import Asked, audit
from cards.elements import LARGEST, card, facts, heading, size, text
from cards.errors import errors
from cards.explain import explain
from cards.incident import incident
from cards.incidents import incidents
from cards.job import job
from cards.jobs import jobs
from cards.plain import clean, literal, unescaped, unformatted
from cards.refusal import refusal
from cards.routes import RoutesPage, routes
from cards.snooze import ask
from cards.timeline import timeline
from cards.watching import ended_elsewhere, tried, unwatched, watching
from tests.support.card_checks import nodes, problems
from tests.support.render import Easel, easel

HOSTILE = (
    "[click](https://evil.example)",
    "<at>Everybody</at>",
    "**bold** _it_ `code` ~~gone~~ ![i](https://evil.example/x.png)",
    "<https://evil.example> <b>b</b> &lt;b&gt; &#42;",
    "line\r\n\r\n# heading\n- list\n1. list\n> quote\n---\n```\nfence",
    "\u202egnp.exe\u200b\u2066x\u2069\x00\x1b[31m",
    "👩‍💻 عائشة ‏שלום 山田太郎 nai\u0308ve",
    r"CONTOSO\ada \* \[x\](y) trailing\ "[:-1],
    "{{DATE(2017-02-14T06:00:00Z,SHORT)}} ${name}",
    "x" * 10_000,
    "a_b _c_ __d__ a*b*c 1) one 12. two",
    '"}],"actions":[{"type":"Action.OpenUrl","url":"https://evil.example"}]',
    "\ud800 lone",
    "- 5",
    "+ x",
    "# 1",
    "=====",
    "~~~",
    "[a]: https://evil.example",
    "a](https://evil.example)",
    "",
    " ",
)
anything = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.text(alphabet="[]()*_`~<>!\\&#;-+=:/.1 ab\n|{}@\"'", max_size=40),
)


@pytest.fixture(scope="module")
def board() -> Iterator[Easel]:
    with easel() as opened:
        yield opened


def _failing(said: str) -> Failing:
    cause = Cause(code=said, attribute=said)
    failure = replace(
        sample.PEOPLE[0],
        object_name=said,
        object_id=said,
        object_type=said,
        value=said,
        step=said,
        reason=said,
        cause=cause,
    )
    return replace(sample.CLASHING, cause=cause, examples=(failure,) * 3, job_id=said)


def _job(said: str) -> Job:
    told = replace(sample.QUARANTINE, reason=said, error_code=said, error_message=said)
    return replace(
        sample.WORKDAY, id=said, service_principal=said, app_id=said, name=said, kind=said, status=said, quarantine=told,
        schedule_state=said, troubleshooting_url=said, synced=((said, 1),),
    )  # fmt: skip


def _incident(said: str, state: State = State.ACKNOWLEDGED) -> Incident:
    known = sample.ADDRESSES_CLASH
    alert = replace(known.alert, title=said, detail=said, job_id=said, job_name=said, cause=Cause(code=said))
    evidence = replace(known.evidence, examples=_failing(said).examples)
    return replace(known, alert=alert, evidence=evidence, state=state, acknowledged_by=said, acknowledged_at=sample.NOW)


def _cards(said: str) -> Iterator[Card]:
    advice = Advice(code=said, meaning=said, action=said, actor=said, auto_retry=True, retry_after=said)
    yield incident(_incident(said), advice, sample.NOW, seen_after=timedelta(1))
    yield incident(replace(sample.IN_QUARANTINE, evidence=replace(sample.IN_QUARANTINE.evidence, quarantine=_job(said).quarantine)), advice, sample.NOW)  # fmt: skip
    yield job(_job(said), [_failing(said)] * 9, [_incident(said, State.OPEN)] * 9, sample.NOW)
    yield jobs([(_job(said), 1)] * 60, sample.NOW)
    yield errors([(_failing(said), advice, said)] * 60, said, sample.NOW)
    person, past = Person(id=said, name=said), sample.NOW - timedelta(days=9)
    steered = replace(
        _incident(said, State.OPEN),
        assigned_to=person,
        snooze=Snooze(by=person, reason=said, began=past, until=sample.NOW + timedelta(hours=1)),
        last_time=LastTime(number=1, opened_at=past, resolved_at=past, job_name=said, how=said),
        evidence=replace(_incident(said).evidence, held=(said, said)),
    )
    entry = AuditEntry(at=past, person=person, conversation_id=said, command=said, words=said, outcome=said)
    yield audit([entry] * 30, Asked(days=7, page=2, person=person, job=_job(said)), sample.NOW)
    yield incident(steered, advice, sample.NOW)
    yield incidents([steered] * 60, sample.NOW)
    yield timeline(steered, advice, [TimelineEntry(at=past, kind=said, by=said, text=said)] * 60, sample.NOW)
    yield ask(steered, timedelta(days=7))
    yield explain(said, advice, [(said, said, 3)] * 5)
    led = RouteShown(label="7", where=said, what=said, by=said, closed=said, remarks=(said, said))
    yield routes(RoutesPage(shown=(led,) * 15, every=15, fallback=(said,) * 4, outdated=True, mistakes=(said,) * 9))
    yield watching(sample.CHANNEL, led)
    yield unwatched(sample.CHANNEL, [led] * 9, [led] * 9)
    yield ended_elsewhere([led] * 9)
    yield tried(sample.CHANNEL, led, Made())
    yield refusal(said, [said, f"status {said}"])


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_never_makes_a_card_that_teams_refuses(said: str) -> None:
    for made in _cards(said):
        assert problems(made) == []
        assert size(made) <= LARGEST
        json.dumps(made).encode("utf-8")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(anything, min_size=8, max_size=8))
@example([*HOSTILE[:8]])
@example([*HOSTILE[8:16]])
@example([*HOSTILE[-8:]])
def test_teams_renderer_shows_text_as_it_is(board: Easel, said: list[str]) -> None:
    short = [(str(at), clean(each, 30)) for at, each in enumerate(said)]
    shown = [value for _, value in short if value.strip()]
    drawn = board.draw(card([*facts(short), heading(said[0]), text(*said)], fallback=said[1]))

    assert drawn.markup == []
    assert drawn.facts == shown
    assert drawn.events == []


def test_hostile_cards_are_drawn_within_their_width_and_without_markup(board: Easel) -> None:
    for said in HOSTILE:
        for made in _cards(said):
            drawn = board.draw(made, width=320)

            assert (drawn.events, drawn.markup, drawn.wide) == ([], [], []), said


@given(anything)
def test_nothing_hides_in_shown_text(said: str) -> None:
    shown = clean(said, 200)

    assert "\n" not in shown
    assert len(shown) <= 200
    assert not set(shown) & set("\u202e\u2066\u200b\x00\x1b\u200f")
    assert clean(shown, 200) == shown


@given(anything)
def test_a_notification_says_what_the_escaped_text_was_made_of(said: str) -> None:
    assert unescaped(literal(said)) == clean(said)


def test_ordinary_names_are_shown_without_a_change() -> None:
    names = [
        "Chiara D'Angelo",
        "O\u2019Neil, Bo (Ext.)",
        "smtp:sales_emea@example.com",
        r"CONTOSO\ada",
        "عائشة",
        "AT&T",
        "-5",
    ]

    for name in names:
        assert clean(name) == literal(name) == name


@given(anything)
def test_notes_hold_nothing_that_a_client_could_read_as_markup(said: str) -> None:
    before = replace(sample.IN_QUARANTINE.alert, detail="other")
    told = _incident(said)
    texts = [
        notes.summary(told), notes.acknowledged(told), notes.resolved(told), notes.reopened(told), notes.changed(told, before),
        notes.reason_changed(told),
    ]  # fmt: skip

    for each in texts:
        assert not set(each.removeprefix("#").replace(" #43", "").replace("(#43)", "")) & set("<>[]*`~|\\&\n")
        assert "://" not in each
        assert "@" not in each or "@" in said
    assert unformatted("snake_case _x_") == "snake_case ＿x＿"


def test_no_button_of_a_hostile_card_does_anything_but_name_a_command() -> None:
    verbs = {"ack", "assign", "audit", "snooze", "incident", "incidents", "errors", "status", "restart", "jobs"}
    verbs |= {"routes", "watch", "unwatch"}

    for said in HOSTILE[:6]:
        pressed = [
            node
            for made in list(_cards(said))[:-1]
            for node in nodes(made)
            if str(node.get("type")).startswith("Action")
        ]
        assert {node["verb"] for node in pressed if node["type"] == "Action.Execute"} <= verbs
        assert all(node["url"].startswith("https://entra.microsoft.com/") for node in pressed if "url" in node)
