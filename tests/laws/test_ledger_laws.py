"""Laws of the ledger: order, repetition and where a batch is cut change nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot import ledger
from bot.ledger import Entry, Key
from bot.model import ProvisioningEvent
from tests.support.make import event


def row(number: int, minute: int, ok: bool, who: str, code: str) -> ProvisioningEvent:
    return event(number, minute=minute, ok=ok, object_id=who, error_code=code)


one = st.builds(
    row,
    st.integers(0, 10_000),
    st.integers(0, 60),
    st.booleans(),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["ContosoEntryConflict", "Timeout", "Never heard of"]),
)
rows = st.lists(one, unique_by=lambda each: each.id, max_size=40)


def fold(batches: list[list[ProvisioningEvent]]) -> Mapping[Key, Entry]:
    entries: dict[Key, Entry] = {}
    well: dict[Key, datetime] = {}
    for batch in batches:
        parts = ledger.sort(batch)
        entries |= ledger.fold_all(entries, parts, {key: well[key] for key in parts.failed if key in well})
        well |= {key: max(at, well.get(key, at)) for key, at in parts.well.items()}
    return entries


@given(rows, st.data())
def test_any_order_any_repetition_and_any_cut_give_the_same_ledger(
    events: list[ProvisioningEvent], data: st.DataObject
) -> None:
    repeated: list[Any] = data.draw(st.lists(st.sampled_from(events), max_size=20)) if events else []
    shuffled: list[ProvisioningEvent] = data.draw(st.permutations([*events, *repeated]))
    cut = data.draw(st.integers(0, len(shuffled)))
    assert fold([shuffled[:cut], shuffled[cut:]]) == fold([events])


@given(rows)
def test_an_object_is_open_exactly_if_its_newest_failure_is_newer_than_its_newest_success(
    events: list[ProvisioningEvent],
) -> None:
    for key, entry in fold([events]).items():
        mine = [row for row in events if ledger.key_of(row) == key]
        failed = max(row.at for row in mine if row.status == "failure")
        fine = max((row.at for row in mine if row.status == "success"), default=None)
        assert (entry.failure.cleared_at is None) == (fine is None or failed > fine)
