"""The ledger: which objects fail now."""

from datetime import timedelta

from bot import ledger
from bot.ledger import Entry, Key
from bot.model import ProvisioningEvent
from tests.support.make import NOON, event


def folded(*events: ProvisioningEvent) -> dict[Key, Entry]:
    rows = ledger.sort(events)
    return ledger.fold_all({}, rows, {})


def test_an_object_that_failed_is_open_with_its_cause_and_the_value_in_conflict() -> None:
    (entry,) = folded(event(1)).values()
    assert entry.failure.cause.key == "conflict/proxyaddresses"
    assert entry.failure.value == "smtp:grace@contoso.com"
    assert entry.failure.step == "export"
    assert entry.failure.cleared_at is None


def test_a_later_success_of_the_same_object_clears_it() -> None:
    (entry,) = folded(event(1), event(2, minute=5, ok=True)).values()
    assert entry.failure.cleared_at == NOON + timedelta(minutes=5)


def test_a_success_that_came_before_the_failure_clears_nothing() -> None:
    (entry,) = folded(event(1, minute=5), event(2, ok=True)).values()
    assert entry.failure.cleared_at is None


def test_a_late_failure_older_than_the_success_does_not_open_the_object_again() -> None:
    rows = ledger.sort([event(1, minute=1)])
    well = {ledger.key_of(event(1)): NOON + timedelta(minutes=9)}
    (entry,) = ledger.fold_all({}, rows, well).values()
    assert entry.failure.cleared_at is not None


def test_leaving_the_scope_clears_an_object() -> None:
    gone = event(2, minute=5, status="skipped", error_code="NotEffectivelyEntitled", out_of_scope=True)
    (entry,) = folded(event(1), gone).values()
    assert entry.failure.cleared_at is not None


def test_an_ordinary_skip_says_nothing_about_the_object() -> None:
    (entry,) = folded(event(1), event(2, minute=5, status="skipped", error_code="RedundantExport")).values()
    assert entry.failure.cleared_at is None


def test_the_same_row_counts_once_however_often_it_is_read() -> None:
    (entry,) = folded(event(1), event(1), event(2, minute=3), event(1)).values()
    assert (entry.failure.count, entry.failure.first_seen) == (2, NOON)


def test_a_new_run_of_failures_begins_after_the_success() -> None:
    (entry,) = folded(event(1), event(2, minute=5, ok=True), event(3, minute=9)).values()
    assert entry.failure.first_seen == NOON + timedelta(minutes=9)
    assert entry.failure.count == 1


def test_the_cause_is_that_of_the_newest_failure_even_when_it_arrives_first() -> None:
    newer = event(2, minute=5, error_code="ContosoInvalidDomain", reason="")
    (entry,) = folded(newer, event(1)).values()
    assert entry.failure.cause.code == "InvalidDomain"


def test_a_long_history_keeps_its_count_and_its_beginning_but_not_every_row() -> None:
    (entry,) = folded(*(event(n, minute=n) for n in range(1000))).values()
    assert (entry.failure.count, entry.failure.first_seen) == (1000, NOON)
    assert len(entry.marks) == ledger.MOST_MARKS


def test_a_status_nobody_has_heard_of_is_seen_if_it_has_an_error_code() -> None:
    assert folded(event(1, status="quantum", error_code="")) == {}
    (entry,) = folded(event(1, status="quantum")).values()
    assert entry.failure.step == "export (status quantum)"
