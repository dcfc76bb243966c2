"""kill -9 at random moments under load, on SQLite and on PostgreSQL with three replicas: nothing lost, nothing doubled."""

import sys
from pathlib import Path

import pytest

from tests.crash.killing import killing
from tests.support.postgres import Postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")

KILLS = 50


async def test_on_sqlite_each_incident_has_one_card_in_the_end(tmp_path: Path) -> None:
    outcome = await killing(tmp_path, f"sqlite:///{tmp_path / 'bot.db'}", replicas=1, kills=KILLS)
    assert (outcome.lost, outcome.doubled, outcome.disordered) == ([], [], [])
    assert outcome.incidents >= KILLS // 5


async def test_on_postgresql_with_three_replicas_each_incident_has_one_card_in_the_end(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    outcome = await killing(tmp_path, postgres_server.new(), replicas=3, kills=KILLS)
    assert (outcome.lost, outcome.doubled, outcome.disordered) == ([], [], [])
    assert outcome.incidents >= KILLS // 5
