"""Many incidents opened in one look are stored at once, and just as if each had been opened by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store, Transaction
from bot.incidents import Change, Kind
from bot.model import Alert, Conversation, Incident, Severity, State, TimelineEntry
from bot.model.held import Held
from bot.notify import NOBODY, open_all, tell
from tests.support.make import CHANNEL, NOON, evidence

MANY = 30


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


def new(number: int, **fields: object) -> Change:
    alert = Alert(
        title=f"Trouble {number}", detail="It hurts.", severity=Severity.HIGH, rule="r", job_id="j", key=f"k{number}"
    )
    found = Incident(number=0, alert=alert, evidence=evidence(), opened_at=NOON, changed_at=NOON)
    return Change(kind=Kind.OPENED, incident=replace(found, **fields))


async def seen(tx: Transaction, opened: Sequence[Incident]) -> tuple[object, ...]:
    """All that the store knows of them afterwards, but for the numbers."""
    steps: list[list[TimelineEntry]] = [await tx.timeline.of(each.number) for each in opened]
    due = {each.incident for each in await tx.outbox.due(NOON + timedelta(minutes=1))}
    held: dict[str, list[Held]] = await tx.held.untold()
    waiting = {each.incident for some in held.values() for each in some}
    kept = await tx.incidents.some(each.number for each in opened)
    return (
        [replace(kept[each.number], number=0) for each in opened],
        steps,
        [each.number in due for each in opened],
        [each.number in waiting for each in opened],
        await tx.held.said_lately(CHANNEL.id, NOON),
    )


async def test_they_are_stored_as_if_one_by_one(database_url: str, store: Store) -> None:
    changes = [new(0, held_by="r/j/k1"), *(new(number) for number in range(1, MANY))]
    both: list[tuple[object, ...]] = []
    for at_once in (True, False):
        async with store.begin() as tx:
            await tx.conversations.save(CHANNEL)
            past = replace(new(3).incident, state=State.RESOLVED, resolved_at=NOON - timedelta(days=9))
            await tx.incidents.save(past)
            if at_once:
                opened = await open_all(tx, changes, lambda each: [CHANNEL])
            else:
                opened = [await tell(tx, change, [CHANNEL]) for change in changes]
            both.append(await seen(tx, opened))
            assert len({each.number for each in opened}) == MANY
            assert opened[3].last_time is not None
            await tx.connection.rollback()
    assert both[0] == both[1]


async def test_that_nobody_hears_of_one_is_kept(store: Store) -> None:
    nobody: list[Conversation] = []
    async with store.begin() as tx:
        (opened,) = await open_all(tx, [new(1)], lambda each: nobody)
        assert [step.text for step in await tx.timeline.of(opened.number)][-1] == NOBODY


async def test_nothing_new_is_nothing_to_store(store: Store) -> None:
    async with store.begin() as tx:
        assert await open_all(tx, [], lambda each: [CHANNEL]) == []
