"""What holds for every test, and what all may ask for: a database of each kind."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.postgres import Postgres, postgres

# A law is not wrong because the machine was busy for a moment.
settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")


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
