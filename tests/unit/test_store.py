"""The store: what is written together is there together, and what was read once is not lost."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import ledger
from bot.adapters.store import Store, settling
from bot.model import Alert, AuditEntry, Confirmation, Incident, Posted, Severity, State
from bot.ports import BadSettings
from tests.support.make import ADA, CHANNEL, NOON, event, evidence, job


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


def incident(**more: object) -> Incident:
    alert = Alert(
        title="Trouble", detail="It hurts.", severity=Severity.HIGH, rule="failing_objects", job_id="j", key="k"
    )
    told = {"number": 0, "alert": alert, "evidence": evidence(), "opened_at": NOON, "changed_at": NOON}
    return Incident(**(told | more))  # pyright: ignore[reportArgumentType]


async def fold(store: Store, *events: object) -> None:
    rows = ledger.sort(events)  # pyright: ignore[reportArgumentType]
    async with store.begin() as tx:
        entries = await tx.ledger.entries(rows.failed.keys() | rows.well.keys())
        await tx.ledger.save(ledger.fold_all(entries, rows, await tx.ledger.well(rows.failed)))
        await tx.ledger.save_well(rows.well)


async def test_open_failures_are_grouped_by_job_and_cause(store: Store) -> None:
    await fold(store, *(event(n, object_id=f"o{n}") for n in range(30)), event(99, object_id="x", error_code="Timeout"))
    async with store.look() as tx:
        (groups,) = (await tx.ledger.failing()).values()
    assert [(group.cause.key, group.count) for group in groups] == [("conflict/proxyaddresses", 30), ("timeout", 1)]
    assert len(groups[0].examples) == 10


async def test_a_success_read_before_a_late_failure_keeps_the_object_well(store: Store) -> None:
    await fold(store, event(2, minute=5, ok=True))
    await fold(store, event(1))
    async with store.look() as tx:
        assert await tx.ledger.failing() == {}
        assert sum(group.count for group in (await tx.ledger.failed_since(NOON))["Workday.t.1"]) == 1


async def test_what_was_cleared_long_ago_is_forgotten_and_what_is_open_is_not(store: Store) -> None:
    await fold(store, event(1), event(2, minute=1, ok=True), event(3, object_id="o2"))
    async with store.begin() as tx:
        await tx.ledger.prune(NOON + timedelta(days=31))
    async with store.look() as tx:
        assert [g.count for groups in (await tx.ledger.failed_since(NOON)).values() for g in groups] == [1]


async def test_incidents_are_numbered_for_people_from_one(store: Store) -> None:
    async with store.begin() as tx:
        first, second = await tx.incidents.save(incident()), await tx.incidents.save(incident())
    assert (first.number, second.number) == (1, 2)


async def test_nothing_of_a_broken_transaction_is_kept(store: Store) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with store.begin() as tx:
            await tx.incidents.save(incident())
            raise RuntimeError
    async with store.look() as tx:
        assert await tx.incidents.open() == []
    async with store.begin() as tx:
        assert (await tx.incidents.save(incident())).number == 1


async def test_recently_resolved_incidents_can_be_found_to_be_reopened(store: Store) -> None:
    async with store.begin() as tx:
        await tx.incidents.save(incident(state=State.RESOLVED, resolved_at=NOON))
    async with store.look() as tx:
        assert len(await tx.incidents.recent(NOON - timedelta(hours=1))) == 1
        assert await tx.incidents.recent(NOON + timedelta(hours=1)) == {}


async def test_a_card_is_due_until_it_shows_the_revision_that_is_wanted(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.outbox.want_card(1, CHANNEL.id, 1)
        (delivery,) = await tx.outbox.due(NOON)
        posted = Posted(activity_id="a", thread_id="t")
        await settling.save(
            tx.connection, [settling.sent_card(delivery, posted, 1, NOON - settling.BETWEEN_UPDATES)], NOON
        )
        assert await tx.outbox.due(NOON) == []
        await tx.outbox.refresh(1, 2)
        (again,) = await tx.outbox.due(NOON)
    assert (again.revision, again.posted) == (2, Posted(activity_id="a", thread_id="t"))


async def test_a_post_that_was_under_way_is_uncertain_when_it_is_due_again(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.outbox.want_card(1, CHANNEL.id, 1)
        (delivery,) = await tx.outbox.due(NOON)
        await settling.save(tx.connection, [settling.sending(delivery)], NOON)
        (again,) = await tx.outbox.due(NOON)
    assert (delivery.uncertain, again.uncertain) == (False, True)


async def test_a_note_waits_for_its_card(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.outbox.want_card(1, CHANNEL.id, 1)
        await tx.outbox.add_note(1, "Acknowledged by Ada")
        (card,) = await tx.outbox.due(NOON)
        posted = Posted(activity_id="a", thread_id="t")
        await settling.save(tx.connection, [settling.sent_card(card, posted, 1, NOON)], NOON)
        (note,) = await tx.outbox.due(NOON)
    assert note.text == "Acknowledged by Ada"


async def test_nothing_is_due_in_a_conversation_that_the_bot_was_removed_from(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.outbox.want_card(1, CHANNEL.id, 1)
        await tx.conversations.close(CHANNEL.id)
        assert await tx.outbox.due(NOON) == []


async def test_a_confirmation_can_be_used_once(store: Store) -> None:
    waiting = Confirmation(
        token="t", command="restart", words="workday", person=ADA, conversation_id="c", expires_at=NOON
    )
    async with store.begin() as tx:
        await tx.people.ask(waiting)
        assert await tx.people.asked("t") == waiting
        assert await tx.people.take("t")
        assert not await tx.people.take("t")


async def test_the_audit_trail_keeps_who_did_what(store: Store) -> None:
    entry = AuditEntry(at=NOON, person=ADA, conversation_id="c", command="restart", words="workday", outcome="done")
    async with store.begin() as tx:
        await tx.people.record(entry)
        (found,) = await tx.people.trail()
    assert (found.person.name, found.command, found.outcome) == ("Ada Admin", "restart", "done")


async def test_jobs_that_are_gone_are_forgotten(store: Store) -> None:
    async with store.begin() as tx:
        await tx.reading.save_jobs([job(), job(id="other")])
        await tx.reading.save_jobs([job(id="other")])
        assert list(await tx.reading.jobs()) == ["other"]


async def test_a_database_that_cannot_be_opened_is_one_clear_sentence() -> None:
    with pytest.raises(BadSettings, match="DATABASE_URL cannot be opened"):
        await Store.open("sqlite:////nowhere/at/all/bot.db")


async def test_people_are_found_among_what_fails_by_their_name_in_the_source_or_in_the_target(store: Store) -> None:
    await fold(
        store,
        event(1, object_id="ada"),
        event(2, object_id="21042", target_id="bob"),
        event(3, object_id="cleo", target_id="cleo", error_code="Timeout"),
        event(4, object_id="dan"),
        event(5, object_id="ada", minute=9, ok=True),
    )
    async with store.look() as tx:
        found = await tx.ledger.failing_among({"ada", "bob", "cleo", "eve"})
    assert found == {("Workday.t.1", "conflict/proxyaddresses"): 1, ("Workday.t.1", "timeout"): 1}
