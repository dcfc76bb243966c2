"""What holds for every test, and what all may ask for: a database of each kind."""

import gc
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp.web_app import _cached_build_middleware  # pyright: ignore[reportPrivateUsage]
from hypothesis import settings

from tests.support.postgres import Postgres, postgres

# A law is not wrong because the machine was busy for a moment.
settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")

LONGEST_FIRST = ("e2e", "laws", "contract")
"""Folders whose tests take long, which are begun before all others: one that is begun last is waited for by everybody."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the tests out like cards, the long ones first: each process begins with an equal part of the list."""
    process: dict[str, Any] = getattr(config, "workerinput", {})
    processes: int = process.get("workercount", 1)
    if processes > 1:
        hands = _hands(sorted(items, key=_turn))
        items[:] = [item for first in range(processes) for hand in hands[first::processes] for item in hand]


def _hands(items: Iterable[pytest.Item]) -> list[list[pytest.Item]]:
    """Each test by itself, but all tests of a file together where something is set up for the whole file."""
    hands: dict[object, list[pytest.Item]] = {}
    for item in items:
        hands.setdefault(item.path if _sharing(item) else item, []).append(item)
    return list(hands.values())


def _sharing(item: pytest.Item) -> bool:
    fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}  # pyright: ignore[reportPrivateUsage]
    return any(each.scope == "module" for found in fixtures.values() for each in found)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """What is imported stays to the end: to look through it for garbage again and again takes as long as importing it."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported, and look less often through the rest."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_runtest_teardown() -> None:
    """Let go of the servers of a test, all of whose handlers aiohttp remembers: a thousand, each with a whole tenant."""
    _cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes new, empty databases of a kind, and gives their addresses; the test runs once with each kind."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        return server.new
    numbers = count(1)
    return lambda: f"sqlite:///{tmp_path / f'bot{next(numbers)}.db'}"


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The address of a new database, once of each kind."""
    return new_database()


@pytest.fixture
def another_url(new_database: Callable[[], str]) -> str:
    """And of a second one of the same kind."""
    return new_database()
