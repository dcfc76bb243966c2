"""A route of which something matches nothing says so: in `routes`, and in the check-up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.store import Store
from bot.checks.routes import whoever_is_told
from bot.health import Health
from bot.model import Grade, Job
from bot.model.routes import Arranged, JobKind, Matchers, Route, RouteSource
from bot.route_remarks import idle, remarks
from bot.routes import Routes
from bot.routing import Book
from tests.support.make import ADA, BOB, CHANNEL, NOON, job
from tests.support.patients import patient

WORKDAY = job(id="Workday.t.1", kind="HR: Workday")
SLACK = job("Slack", id="slackOutDelta.t.2", kind="App: slackOutDelta")


def book(*jobs: Job, **more: Any) -> Book:
    told: dict[str, Any] = {"rules": frozenset({"quarantine", "review_deleted"}), "personas": {"review_deleted": "GRC"}}
    return Book(jobs={each.id: each for each in jobs}, **(told | more))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({}, []),
        ({"jobs": ("workday*", "slackOutDelta.t.2"), "kinds": (JobKind.HR,), "rules": ("QUAR*",)}, []),
        ({"jobs": ("Salesfroce*",)}, ["matches no job now: none is called Salesfroce*"]),
        ({"jobs": ("Salesfroce*", "Slack")}, ["no job is called Salesfroce* now"]),
        ({"kinds": (JobKind.CLOUD_SYNC,)}, ["matches no job now: none is of the kind cloud sync"]),
        (
            {"jobs": ("Slack", "Gone"), "kinds": (JobKind.HR,)},
            ["matches no job now: none of them is of the kind HR"],
        ),
        ({"rules": ("forgotten",)}, ["matches no rule now: none is called forgotten"]),
        ({"rules": ("forgotten", "quarantine")}, ["no rule is called forgotten now"]),
        ({"personas": ("end user",)}, ["matches no rule now: none is for end user"]),
        ({"rules": ("quarantine",), "personas": ("GRC",)}, ["matches no rule now: none of them is for GRC"]),
        ({"personas": ("GRC", "IT operations")}, []),
        (
            {"jobs": ("A", "B", "C", "D", "E"), "rules": ("forgotten",)},
            [
                "matches no job now: none is called A, B, C, D or 1 more",
                "matches no rule now: none is called forgotten",
            ],
        ),
    ],
)
def test_what_matches_nothing_is_named(wanted: dict[str, Any], says: list[str]) -> None:
    assert list(idle(Matchers(**wanted), book(WORKDAY, SLACK))) == says


def test_owners_who_own_nothing_are_named_once_all_owners_are_known() -> None:
    wanted, names = Matchers(owners=(ADA.id, BOB.id)), {ADA.id: "Ada Admin", BOB.id: "Bob Reader"}
    owned = {WORKDAY.id: frozenset({ADA.id}), SLACK.id: frozenset[str]()}
    assert list(remarks(wanted, book(WORKDAY, SLACK, owners=owned), names)) == [
        "Bob Reader owns no application of its jobs"
    ]
    assert list(remarks(Matchers(owners=(BOB.id,)), book(WORKDAY, SLACK, owners=owned))) == [
        f"matches no job now: none belongs to an application that {BOB.id} owns"
    ]
    assert list(remarks(Matchers(owners=(BOB.id,)), book(WORKDAY, SLACK, owners={WORKDAY.id: frozenset()}))) == [
        "the owners of 1 of its 2 jobs are not known, so everything about them is shown"
    ]


def test_before_anything_is_known_nothing_is_odd() -> None:
    wanted = Matchers(jobs=("A",), kinds=(JobKind.HR,), rules=("b",), owners=("c",), personas=("end user",))
    assert list(remarks(wanted, Book())) == []


# --- The check-up -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}", durable=False)
    async with opened.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.reading.save_jobs([WORKDAY, SLACK])
    yield opened
    await opened.close()


async def notes(store: Store, *wanted: Matchers) -> list[str]:
    """What the check-up notes, where the file of ROUTES has tables with these matchers."""
    tables = [
        Route(to=to, matchers=each, source=RouteSource.SETTINGS, number=number)
        for number, each in enumerate(wanted, 1)
        for to in (CHANNEL.id, "webhook:desk")
    ]
    routes = Routes(Arranged(routes=tuple(tables), file="routes.toml"), tenant_id="t")
    async with store.begin() as tx:
        await routes.settle(tx, NOON)
    looked_at = patient(store, lambda: NOON, health=Health({}, lambda: NOON), routes=routes)
    return [each.text async for each in whoever_is_told(looked_at) if each.grade is Grade.NOTE]


async def test_the_check_up_names_the_table_and_what_in_it_matches_nothing(store: Store) -> None:
    assert await notes(store, Matchers(), Matchers(jobs=("Workday*", "Slak"), rules=("quarantin",))) == [
        "Route S2 ([[routes]] 2 of routes.toml): no job is called Slak now; matches no rule now: none is called quarantin."
    ]


async def test_the_check_up_names_a_route_of_chat_by_its_number(store: Store) -> None:
    async with store.begin() as tx:
        await tx.routes.add(Route(to=CHANNEL.id, matchers=Matchers(jobs=("gone.t.9",))))
    assert await notes(store, Matchers(jobs=("Slack",))) == ["Route 1: matches no job now: none is called gone.t.9."]


async def test_of_many_such_routes_the_first_are_named_and_the_rest_counted(store: Store) -> None:
    told = await notes(store, *(Matchers(jobs=(f"gone {at}",)) for at in range(8)))
    assert len(told) == 6
    assert told[-1] == "3 more routes have something that matches nothing; `routes` shows it."
