"""`errors`: what fails now comes first, what has healed says so and asks nobody to do anything."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import ledger
from bot.adapters.store import Store
from bot.history import merged
from bot.model import ProvisioningEvent
from tests.support.make import NOON, event, failing, job
from tests.support.talk import Talk, shown

WORKDAY = job(id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK])
    await talk.start()
    talk.now.forward(hours=1)
    yield talk
    await store.close()


async def log(talk: Talk, *events: ProvisioningEvent) -> None:
    """Let the watch have read these rows."""
    rows = ledger.sort(events)
    async with talk.store.begin() as tx:
        known = await tx.ledger.entries(rows.failed.keys() | rows.well.keys())
        await tx.ledger.save(ledger.fold_all(known, rows, await tx.ledger.well(rows.failed)))


async def test_a_cause_that_has_healed_says_when_and_asks_for_nothing(talk: Talk) -> None:
    await log(talk, event(1, minute=0), event(2, minute=20, ok=True))
    said = shown(await talk.say("errors"))
    assert "Nothing fails any more" in said
    assert "healed at 12:20 UTC, began 12:00 UTC" in said
    assert "Do this" not in said
    assert "Who acts" not in said


async def test_what_fails_now_comes_first_however_much_has_healed(talk: Talk) -> None:
    healed = [event(at, object_id=f"o{at}", error_code="InvalidDomain") for at in range(5)]
    well = [event(10 + at, object_id=f"o{at}", minute=9, ok=True) for at in range(5)]
    await log(talk, *healed, *well, event(30, job_id=SLACK.id, object_id="x", app_name="Slack"))
    said = shown(await talk.say("errors"))
    assert said.startswith("1 object fails 1 cause · 5 objects healed · in the last 24 h")
    assert said.index("1 × ") < said.index("5 × InvalidDomain")
    assert said.count("Do this") == 1


async def test_of_a_cause_that_has_partly_healed_those_are_named_that_still_fail(talk: Talk) -> None:
    names = [("a", "Ada"), ("b", "Bo"), ("c", "Cy"), ("d", "Di")]
    await log(talk, *(event(at, object_id=who, object_name=name) for at, (who, name) in enumerate(names)))
    await log(talk, *(event(9 + at, object_id=who, minute=5, ok=True) for at, who in enumerate("abc")))
    said = shown(await talk.say("errors workday"))
    assert "1 × " in said
    assert "3 healed, the last at 12:05 UTC" in said
    assert "Di" in said
    assert "Ada" not in said


async def test_no_hits_in_a_job_name_the_job(talk: Talk) -> None:
    answer = await talk.say("errors slack --since 2h")
    assert "Nothing failed in Slack in the last 2 h." in shown(answer)
    assert answer.summary == "Nothing failed in Slack in the last 2 h."
    assert "Nothing failed in the last 24 h." in shown(await talk.say("errors"))


def test_objects_that_only_the_log_remembers_are_taken_for_healed() -> None:
    known = failing(2, healed=1, healed_at=NOON)
    (found,) = merged([known], [failing(9)])
    assert (found.count, found.still, found.healed_at) == (9, 1, NOON)
    (alone,) = merged([], [failing(9, first_seen=NOON - timedelta(days=9))])
    assert (alone.still, alone.healed_at) == (0, None)
