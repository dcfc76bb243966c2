"""A route beside a wider one changes nothing, and whoever makes it is told so; who made which is always said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.covering import covers
from bot.model import PERSON, Alert, ConversationKind, Evidence, Incident, Severity
from bot.model.routes import Arranged, JobKind, Matchers, Route, RouteSource
from bot.routes import Routes
from bot.routing import Book, matches
from tests.support.make import ADA, CHANNEL, NOON, job
from tests.support.talk import Talk, buttons, shown

WORKDAY, SLACK = job(kind="HR: Workday"), job("Slack", id="slack.t.2", kind="App: slackOutDelta")
MINE = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, team_id="", name="")
HIGH = Matchers(severity=Severity.HIGH)
FILE = Arranged(routes=(Route(to=PERSON + ADA.id, matchers=HIGH, source=RouteSource.SETTINGS, number=1),))


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    talk = Talk(store, [WORKDAY, SLACK], routes=Routes(FILE, tenant_id="t"))
    async with store.begin() as tx:
        await tx.reading.save_jobs([WORKDAY, SLACK])
        await tx.conversations.save(MINE)
    await talk.chat.joined(CHANNEL, installed=True)
    yield talk
    await store.close()


async def test_beside_every_incident_a_narrower_route_is_said_to_change_nothing(talk: Talk) -> None:
    answer = await talk.say("watch slack --severity high")
    assert "Route 1 (every incident) leads here already; beside it route 2" in shown(answer)
    assert "(high or worse; job Slack) changes nothing." in shown(answer)
    assert "from now on" not in shown(answer)
    assert "To hear of that alone, end route 1." in shown(answer)
    asked = await talk.say("unwatch")
    assert "Which one shall end? Route 1: every incident. Route 2: high or worse; job Slack." in shown(asked)
    assert buttons(answer)["End route 2"] == ("unwatch", "2")
    assert "1 route still leads here." in shown(await talk.press(*buttons(answer)["End route 1"]))
    assert "that is route 2" in shown(await talk.say("watch slack --severity high")), "now it is the only one"


async def test_a_dry_run_beside_a_wider_route_says_so_too(talk: Talk) -> None:
    said = shown(await talk.say("watch slack --dry-run"))
    assert "Route 1 (every incident) leads here already; beside it this one would change nothing." in said
    assert "By itself it would have made 0 cards and 0 notes in 7 days." in said


async def test_a_route_of_the_settings_to_the_same_person_counts_and_is_not_ended_in_chat(talk: Talk) -> None:
    answer = await talk.say("watch me workday --severity critical")
    assert "Route S1 (high or worse) leads here already" in shown(answer)
    assert "end route" not in shown(answer), "chat cannot end it"
    assert "End route S1" not in buttons(answer)
    assert "leads here already" not in shown(await talk.say("watch me workday --severity low"))


async def test_what_is_new_there_is_said_as_ever(talk: Talk) -> None:
    await talk.say("unwatch 1")
    await talk.say("watch workday")
    assert "job Slack from now on." in shown(await talk.say("watch slack"))


async def test_a_route_of_the_installation_says_how_it_came_to_be(talk: Talk) -> None:
    await talk.say("watch slack")
    said = shown(await talk.say("routes"))
    assert "Every incident Made when Syncwatch was added there" in said
    assert "Job Slack By Ada Admin" in said
    assert "High or worse By the settings" in said


SOME = st.builds(
    Matchers,
    jobs=st.sampled_from([(), (WORKDAY.id,), (SLACK.id,), (WORKDAY.id, SLACK.id), ("Work*",)]),
    kinds=st.sampled_from([(), (JobKind.HR,), (JobKind.HR, JobKind.APP)]),
    rules=st.sampled_from([(), ("quarantine",), ("quarantine", "job_*")]),
    severity=st.sampled_from([None, *Severity]),
    owners=st.sampled_from([(), (ADA.id,)]),
    personas=st.sampled_from([(), ("GRC",), ("IT operations",)]),
)
EVERY = [
    Incident(
        number=1,
        alert=Alert(title="t", detail="d", severity=severity, rule=rule, job_id=about.id, job_name=about.name),
        evidence=Evidence(),
        opened_at=NOON,
        changed_at=NOON,
    )
    for severity in Severity
    for rule in ("quarantine", "job_paused", "stuck_object")
    for about in (WORKDAY, SLACK)
]


@given(wide=SOME, narrow=SOME)
def test_what_is_said_to_change_nothing_changes_nothing(wide: Matchers, narrow: Matchers) -> None:
    book = Book(jobs={each.id: each for each in (WORKDAY, SLACK)}, owners={WORKDAY.id: frozenset({ADA.id})})
    if covers(wide, narrow):
        assert all(matches(wide, each, book) for each in EVERY if matches(narrow, each, book))
    assert covers(Matchers(), narrow)
    assert covers(wide, wide)
