"""Words on a report: causes as the log spells them, titles whole or cut behind a word, hours that can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.activity import count
from bot.adapters.store import Store
from bot.ledger import fold_all, sort
from bot.model import ProvisioningEvent, Report
from bot.reports import report
from cards import sample
from cards.plain import shortened
from cards.report import report as report_card
from cards.sample_report import WEEK
from tests.support.make import NOON, event, job
from tests.support.talk import texts

TITLE = "Objects of Workday to Active Directory fail because an address is used by another object there (AttributeValueMustBeUnique)"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield store
    await store.close()


async def told(store: Store, *events: ProvisioningEvent, days: int = 1) -> Report:
    rows = sort(events)
    async with store.begin() as tx:
        await tx.reading.save_jobs([job()])
        await tx.ledger.save(fold_all({}, rows, {}))
        await count(tx, "graph", events, rows.well)
        return await report(tx, NOON + timedelta(minutes=30), timedelta(days=days))


async def test_causes_are_spelt_as_in_the_log_also_those_that_nobody_knows(store: Store) -> None:
    found = await told(store, event(1), event(2, object_id="o2", error_code="BrandNewCode", reason="Who knows."))
    assert sorted(cause for cause, _ in found.causes) == ["BrandNewCode", "Conflict · proxyAddresses"]


async def test_a_cause_that_the_ledger_has_forgotten_is_spelt_by_the_knowledge_base(store: Store) -> None:
    events = [event(1, error_code="MandatoryFieldsMissing", reason="")]
    async with store.begin() as tx:
        await tx.reading.save_jobs([job()])
        await count(tx, "graph", events, sort(events).well)
        found = await report(tx, NOON + timedelta(minutes=30), timedelta(days=1))
    assert [cause for cause, _ in found.causes] == ["MandatoryFieldsMissing"]


@pytest.mark.parametrize(("days", "scale"), [(1, "hours before 20 Nov 12:00 UTC"), (7, "")])
async def test_a_day_is_drawn_by_its_hours_and_a_week_by_its_dates(store: Store, days: int, scale: str) -> None:
    found = await told(store, event(1), days=days)
    assert found.scale == scale
    assert len({name for name, _ in found.buckets}) == len(found.buckets) >= 7
    assert sum(rows for _, rows in found.buckets) == 1
    card = str(report_card(found, NOON))
    assert ("'x': '2026-11-20'" in card) is (days == 7)
    assert ("'x': -3.0" in card) is (days == 1)


def test_what_is_open_for_longest_has_a_row_with_its_whole_title() -> None:
    long = replace(sample.IN_QUARANTINE, alert=replace(sample.IN_QUARANTINE.alert, title=TITLE))
    shown = list(texts(report_card(replace(WEEK, oldest=(long, long)), sample.NOW)))
    assert shown.count(TITLE) == 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Being renamed by the vendor", "Being renamed by the vendor"),
        ("Being renamed by the vendor, who is slow", "Being renamed by the vendor…"),
        ("x" * 50, "x" * 31 + "…"),
    ],
)
def test_what_is_too_long_is_cut_behind_a_word(given: str, shown: str) -> None:
    assert shortened(given, 32) == shown
