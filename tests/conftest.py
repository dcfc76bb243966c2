"""What holds for every test, and what all may ask for: a database of each kind."""

import gc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
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
        ranked = sorted(items, key=_turn)
        items[:] = [item for first in range(processes) for item in ranked[first::processes]]


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported, which stays to the end, and look less often through the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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
