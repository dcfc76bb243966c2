"""Tiers of sweeps: stretches overlap so that no row of a known lag can fall between two of them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sources.pacer import Pacer
from bot.sources.sweeps import (
    FAILING,
    LATE,
    MIDDLE,
    NEWEST,
    RECENT,
    Cursor,
    Sweep,
    Tier,
    begun,
    cursor_from,
    is_due,
    paged,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def swept(tier: Tier, before: Sweep, now: datetime, *, pages: int = 1, rows: int = 10) -> Sweep:
    sweep = begun(tier, before, now)
    for page in range(pages):
        sweep = paged(tier, sweep, rows=rows, newest=now, link="more" if page < pages - 1 else "")
    return sweep


@pytest.mark.parametrize("tier", [FAILING, NEWEST, RECENT, MIDDLE, LATE], ids=lambda tier: tier.name)
def test_a_stretch_begins_an_overlap_before_the_last_sweep_however_long_ago_that_was(tier: Tier) -> None:
    sweep = swept(tier, Sweep(), NOW)
    for hours in (0.01, 1, 500):
        now = NOW + timedelta(hours=hours)
        assert begun(tier, sweep, now).since == NOW - tier.overlap


def test_only_the_late_tier_begins_with_a_day() -> None:
    assert begun(LATE, Sweep(), NOW).since == NOW - timedelta(hours=24)
    assert begun(RECENT, Sweep(), NOW).since == NOW - timedelta(minutes=6)


def test_the_late_tier_forgives_an_hour() -> None:
    assert LATE.overlap >= timedelta(minutes=60)


def test_an_ordinary_minute_stays_within_its_calls() -> None:
    assert FAILING.share + RECENT.share + MIDDLE.share + LATE.share <= 24
    assert NEWEST.share == FAILING.share


def test_a_tier_is_due_after_its_period_and_when_the_clock_was_set_back() -> None:
    sweep = swept(RECENT, Sweep(), NOW)
    assert not is_due(RECENT, sweep, NOW + timedelta(seconds=59))
    assert is_due(RECENT, sweep, NOW + timedelta(seconds=60))
    assert is_due(RECENT, sweep, NOW - timedelta(hours=2))


def test_a_clock_set_back_moves_the_stretch_back_too() -> None:
    sweep = swept(RECENT, Sweep(), NOW)
    earlier = NOW - timedelta(hours=2)
    assert begun(RECENT, sweep, earlier).since == earlier - RECENT.overlap


def test_a_sweep_that_takes_many_pages_comes_less_often() -> None:
    sweep = swept(RECENT, swept(RECENT, Sweep(), NOW - timedelta(minutes=1)), NOW, pages=12)
    assert not is_due(RECENT, sweep, NOW + timedelta(seconds=110))
    assert is_due(RECENT, sweep, NOW + timedelta(seconds=120))


def test_catching_up_on_a_day_does_not_put_off_the_next_late_sweep() -> None:
    sweep = swept(LATE, Sweep(), NOW, pages=1_000)
    assert is_due(LATE, sweep, NOW + timedelta(minutes=30))


def test_a_sweep_under_way_goes_on_where_it_was() -> None:
    sweep = paged(LATE, begun(LATE, Sweep(), NOW), rows=1_000, newest=NOW, link="more")
    later = NOW + timedelta(seconds=10)
    assert is_due(LATE, sweep, later)
    assert begun(LATE, sweep, later) == sweep
    assert sweep.link == "more"


def test_an_empty_sweep_leaves_the_mark_where_it_is() -> None:
    first = swept(RECENT, Sweep(), NOW)
    empty = swept(RECENT, first, NOW + timedelta(minutes=1), rows=0)
    assert empty.mark == first.mark == NOW
    assert empty.tried == NOW + timedelta(minutes=1)


def test_rows_that_end_in_an_empty_page_are_believed_after_a_few_times() -> None:
    sweep = swept(RECENT, Sweep(), NOW)
    for minute in range(1, 4):
        now = NOW + timedelta(minutes=minute)
        half = paged(RECENT, begun(RECENT, sweep, now), rows=10, newest=now, link="more")
        sweep = paged(RECENT, half, rows=0, newest=None, link="")
        assert sweep.mark == (now if minute == 3 else NOW)


def test_the_late_tier_trusts_the_rows_where_our_clock_is_ahead() -> None:
    wrong = NOW + timedelta(hours=5)
    sweep = paged(LATE, begun(LATE, Sweep(), wrong), rows=10, newest=NOW, link="")
    assert begun(LATE, sweep, wrong + timedelta(minutes=30)).since == NOW - LATE.overlap


def test_links_that_lead_in_circles_end_some_day() -> None:
    sweep = begun(LATE, Sweep(), NOW)
    pages = 0
    while sweep.began is not None:
        sweep = paged(LATE, sweep, rows=1, newest=NOW, link="again")
        pages += 1
    assert pages == 5_000
    assert sweep.mark is None


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = Cursor().put(LATE, begun(LATE, Sweep(), NOW)).put(RECENT, swept(RECENT, Sweep(), NOW))
    assert cursor_from(cursor.text()) == cursor
    assert len(cursor.text()) < 400


# --- The budget --------------------------------------------------------------------------------------------------------


def test_a_pacer_keeps_every_window_at_every_moment() -> None:
    time = 0.0
    pacer = Pacer(((10.0, 4), (60.0, 20)), elapsed=lambda: time)
    calls: list[float] = []
    for tenth in range(3_000):
        time = tenth / 10
        if pacer.take():
            calls.append(time)
    for at in calls:
        assert sum(at <= call < at + 10 for call in calls) <= 4
        assert sum(at <= call < at + 60 for call in calls) <= 20
    assert len(calls) == 100


def test_a_pacer_that_was_asked_to_wait_waits() -> None:
    time = 0.0
    pacer = Pacer(((10.0, 4),), elapsed=lambda: time)
    assert pacer.take()
    pacer.hold(30)
    time = 29.0
    assert not pacer.take()
    assert pacer.held == 1.0
    time = 30.0
    assert pacer.take()
