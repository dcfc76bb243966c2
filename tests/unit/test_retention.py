"""What is over goes in time, and what looks go through stays small however long the bot runs."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import event as events

from bot.adapters.store import Store, settling
from bot.health import Health
from bot.ledger import fold_all, sort
from bot.model import Incident, Posted, State
from bot.model.routes import Route
from bot.watch import Watcher
from tests.support.fake_sources import FakeJobs, FakeSource
from tests.support.make import CHANNEL, NOON, Hand, event, job
from tests.unit.test_store import incident

DAY = timedelta(days=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    async with opened.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.routes.add(Route(to=CHANNEL.id))
    yield opened
    await opened.close()


async def saved(store: Store, **more: object) -> Incident:
    """An incident with a card that stands and a note under it."""
    async with store.begin() as tx:
        found = await tx.incidents.save(incident(**more))
        await tx.outbox.want_card(found.number, CHANNEL.id, 1)
        (card,) = [each for each in await tx.outbox.due(NOON) if each.incident == found.number]
        posted = Posted(activity_id="a", thread_id="t")
        await settling.save(tx.connection, [settling.sent_card(card, posted, 1, NOON)], NOON)
        await tx.outbox.add_note(found.number, "Something happened")
    return found


async def noted(store: Store) -> list[int]:
    async with store.look() as tx:
        return [each.incident for each in await tx.outbox.due(NOON)]


async def test_notes_go_with_incidents_that_are_long_over_and_with_no_others(store: Store) -> None:
    lasting, over = await saved(store), await saved(store, state=State.RESOLVED, resolved_at=NOON)
    async with store.begin() as tx:
        await tx.outbox.prune(NOON)
    assert await noted(store) == [lasting.number, over.number]
    async with store.begin() as tx:
        await tx.outbox.prune(NOON + DAY)
    assert await noted(store) == [lasting.number]


async def test_jobs_that_nothing_came_of_for_long_are_not_listed_as_arrived_any_more(store: Store) -> None:
    async with store.begin() as tx:
        await tx.arrivals.save("graph", [event(1), event(2, job_id="newer", minute=5)])
        await tx.arrivals.prune(NOON + timedelta(minutes=1))
        assert [each.job_id for each in await tx.arrivals.all()] == ["newer"]


async def test_the_last_incident_alike_is_that_of_the_same_job_even_if_another_is_newer(store: Store) -> None:
    over: Mapping[str, object] = {"state": State.RESOLVED, "resolved_at": NOON}
    elsewhere, unheard_of = (replace(incident().alert, job_id=job_id) for job_id in ("other", "third"))
    async with store.begin() as tx:
        mine = await tx.incidents.save(incident(**over))
        theirs = await tx.incidents.save(incident(**over, alert=elsewhere))
        assert await tx.incidents.before(incident()) == mine
        assert await tx.incidents.before(incident(alert=elsewhere)) == theirs
        assert await tx.incidents.before(incident(alert=unheard_of)) == theirs


async def test_no_look_goes_through_what_is_long_over(store: Store) -> None:
    """Every statement of a look and of a delivery finds its rows by an index, in all tables that history fills."""
    said: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        said[statement] = parameters[0] if many else parameters

    clock, source = Hand(), FakeSource()
    watcher = Watcher(store=store, jobs=FakeJobs([job()]), sources=[source], now=clock, health=Health({}, clock))
    engine = store.home.engine
    events.listen(engine.sync_engine, "before_cursor_execute", note)
    await watcher.tick()
    said.clear()
    for minute, ok in ((0, False), (5, True), (9, False)):
        source.arrive(*(event(minute * 100 + n, object_id=f"o{n}", minute=minute, ok=ok) for n in range(30)))
        clock.forward(minutes=10)
        await watcher.look_at_jobs()
        await watcher.tick()
        async with store.look() as tx:
            await tx.outbox.due(clock())
            await tx.outbox.next_due()
    events.remove(engine.sync_engine, "before_cursor_execute", note)
    assert await scans(store, said) == []


async def scans(store: Store, said: Mapping[str, Any]) -> list[str]:
    """Statements that read a table of history from its first row to its last, with SQLite's plan for them."""
    grow = ("ledger", "well", "hours", "incidents", "cards", "notes", "timeline", "audits", "audit", "warnings")
    found: list[str] = []
    async with store.home.engine.connect() as connection:
        for statement, parameters in said.items():
            if statement.split()[0] not in {"SELECT", "UPDATE", "DELETE", "INSERT"}:
                continue
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
            whole = {f"SCAN {table}" for table in grow}
            found += [f"{step}: {statement}" for step in plan.scalars("detail") if step in whole]
    return found


async def test_an_old_failure_of_an_object_that_is_well_every_day_since_is_forgotten(store: Store) -> None:
    for rows in ([event(1)], [event(2, minute=5, ok=True)], [event(3, minute=60 * 24 * 31, ok=True)]):
        folded = sort(rows)
        async with store.begin() as tx:
            known = await tx.ledger.entries(folded.failed.keys() | folded.well.keys())
            await tx.ledger.save(fold_all(known, folded, {}))
    async with store.begin() as tx:
        assert await tx.ledger.failed_since(NOON) != {}
        await tx.ledger.prune(NOON + DAY)
        assert await tx.ledger.failed_since(NOON) == {}
