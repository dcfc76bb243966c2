"""The rules that look at a job's state and at what is remembered of it: when each speaks, and when it is silent."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detect import detect, detect_tenant
from bot.inhibition import SWITCHED_OFF
from bot.memories import FORGOTTEN, cadence, patience, remember, remember_all
from bot.model import AuditEvent, Execution, Finding, Job, Memory, Progress, Severity, Tenant, Window
from tests.support.make import NOON, failing, job, quarantine

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ran(at: datetime, **more: Any) -> Execution:
    return Execution(began=at - MINUTE, ended=at, state="Succeeded", **more)


def running(at: datetime = NOON, **more: Any) -> Job:
    told: dict[str, Any] = {"last": ran(at), "last_success": ran(at), "last_export": ran(at)}
    return job(**(told | more))


def memory(**more: Any) -> Memory:
    """Of a job that has run every 40 minutes, the last time at noon."""
    cycles = tuple(NOON - MINUTE - 40 * MINUTE * n for n in reversed(range(10)))
    told: dict[str, Any] = {"job_id": "Workday.t.1", "first_seen": NOON - 60 * DAY, "last_seen": NOON, "cycles": cycles}
    told |= {"status": "active", "name": "Workday"}
    return Memory(**(told | more))


def found(rule: str, it: Job, remembered: Memory | None, *, now: datetime = NOON, **more: Any) -> list[Finding]:
    told: dict[str, Any] = {"job": it, "failures": (), "now": now, "memory": remembered}
    window = Window(**(told | more))
    return [each for each in detect(window)[0] if each.alert.rule == rule]


def pause(at: datetime, who: str = "Ada") -> AuditEvent:
    return AuditEvent(id="a", at=at, activity="Disable/pause provisioning configuration", actor=who, target_id="sp-1")


def test_a_healthy_job_gives_nothing() -> None:
    assert detect(Window(job=running(), failures=(), now=NOON, memory=memory()))[0] == []


# --- the memory --------------------------------------------------------------------------------------------------------


def test_a_job_learns_its_own_cadence() -> None:
    assert cadence(memory()) == 40 * MINUTE
    assert patience(memory()) == 160 * MINUTE
    assert patience(memory(cycles=(NOON, NOON + MINUTE))) is None


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.randoms())
def test_order_and_repetition_of_looks_change_nothing(steps: list[int], chance: Any) -> None:
    def cycles_after(order: list[int]) -> tuple[object, ...]:
        known: Memory | None = None
        for step in order:
            known = remember(known, running(NOON + step * HOUR), NOON)
        assert known is not None
        return known.cycles, known.escrows

    shuffled = [*steps, *steps]
    chance.shuffle(shuffled)
    assert cycles_after(steps) == cycles_after(shuffled)


def test_jobs_that_are_found_on_the_first_day_are_not_new() -> None:
    first = remember_all({}, [running()], (), NOON)
    second = remember_all(first, [running(), job(id="b")], (), NOON + HOUR)
    third = remember_all(second, [running(), job(id="b"), job(id="c")], (), NOON + 25 * HOUR)
    assert {job_id: each.new for job_id, each in third.items()} == {"Workday.t.1": False, "b": False, "c": True}


def test_a_job_that_is_gone_is_remembered_for_a_week() -> None:
    known = remember_all({}, [running()], (), NOON)
    known = remember_all(known, [], (), NOON + HOUR)
    assert known["Workday.t.1"].gone_since == NOON + HOUR
    assert remember_all(known, [running()], (), NOON + DAY)["Workday.t.1"].gone_since is None
    assert remember_all(known, [], (), NOON + HOUR + FORGOTTEN) == {}


# --- quarantine --------------------------------------------------------------------------------------------------------


def in_quarantine(days: float) -> Finding:
    (told,) = found("quarantine", job(quarantine=quarantine()), None, now=NOON + timedelta(days=days))
    return told


def test_the_countdown_is_told_again_at_seven_three_and_one_days_and_never_between() -> None:
    alerts = [in_quarantine(hours / 4).alert for hours in range(4 * 28)]
    kinds = list(dict.fromkeys(alert.detail for alert in alerts))
    assert len(kinds) == 4
    assert [word in kind for word, kind in zip(("7 days", "3 days", "one day"), kinds[1:], strict=True)] == [True] * 3
    assert "18 Dec" in kinds[1]
    assert [alerts[0].severity, alerts[-1].severity] == [Severity.HIGH, Severity.CRITICAL]


def test_a_quarantine_is_over_when_a_cycle_has_succeeded_after_it() -> None:
    known = remember(None, job(quarantine=quarantine(), last_success=ran(NOON - HOUR)), NOON)
    started = job(last_success=ran(NOON - HOUR))
    known = remember(known, started, NOON + HOUR)
    (told,) = found("quarantine", started, known)
    assert ("Now", "Out of quarantine; no cycle has succeeded since") in told.evidence.facts
    well = job(last_success=ran(NOON + 2 * HOUR))
    assert found("quarantine", well, remember(known, well, NOON + 3 * HOUR)) == []


def test_a_job_that_was_switched_off_for_its_quarantine_says_so_whether_or_not_graph_still_tells_of_it() -> None:
    known = remember(None, job(quarantine=quarantine(), last_success=ran(NOON - HOUR)), NOON)
    for off in (
        job(status="Paused", schedule_state="Disabled", quarantine=quarantine(), last_success=ran(NOON - HOUR)),
        job(status="Paused", schedule_state="Disabled", last_success=ran(NOON - HOUR)),
    ):
        (told,) = found("quarantine", off, remember(known, off, NOON + 28 * DAY), now=NOON + 28 * DAY)
        assert "was switched off after 28 days" in told.alert.title
        assert told.alert.severity is Severity.CRITICAL
        (paused,) = found("job_paused", off, None)
        assert paused.alert.key == SWITCHED_OFF


# --- quarantine_forecast -----------------------------------------------------------------------------------------------


def escrowed(*counts: int, entitled: int = 2_000) -> list[Finding]:
    known: Memory | None = None
    it = running()
    for hour, count in enumerate(counts):
        it = running(NOON + hour * HOUR, last=ran(NOON + hour * HOUR, escrowed=count, entitled=entitled))
        known = remember(known, it, NOON + hour * HOUR)
    return found("quarantine_forecast", it, known)


def test_a_rising_number_of_failures_is_told_with_the_hour_of_the_quarantine() -> None:
    (told,) = escrowed(1_000, 2_000, 3_000)
    assert dict(told.evidence.facts) == {
        "Quarantine at": "5,000 failures",
        "Expected": "20 Nov 16:00 UTC, if it goes on like this",
    }
    (later,) = escrowed(1_000, 2_000, 3_000, 3_400)
    assert later.alert == told.alert


def test_few_failures_and_failures_that_do_not_grow_are_no_forecast() -> None:
    assert escrowed(0, 100, 2_000) == []
    assert escrowed(3_000, 3_000, 3_000) == []
    assert escrowed(3_000, 3_000, 3_000, entitled=100_000) == []
    assert len(escrowed(4_200, 4_200)) == 1


# --- job_silent, no_exports, job_never_ran -----------------------------------------------------------------------------


def test_silence_is_measured_by_the_jobs_own_cadence_and_by_the_last_look() -> None:
    def silent(hours: float, **more: Any) -> bool:
        known = memory(**({"last_seen": NOON + timedelta(hours=hours)} | more))
        return bool(found("job_silent", running(), known, now=NOON + 100 * HOUR))

    assert not silent(2)
    assert silent(3)
    assert not silent(3, status_since=NOON + 2 * HOUR)  # it was started again just now
    assert not silent(3, cycles=(NOON,))  # not known well enough
    assert not silent(3, status="paused")


@given(st.lists(st.integers(-4, 4), min_size=1_080, max_size=1_080))
@settings(max_examples=3, deadline=None)
def test_a_month_at_a_cadence_of_forty_minutes_is_no_silence_and_four_cadences_without_a_cycle_are(
    jitter: list[int],
) -> None:
    """Cycles come now and then some minutes early or late; the bot looks every ten minutes."""
    known: Memory | None = None
    for number, off in enumerate(jitter):
        at = NOON + (40 * number + off) * MINUTE
        for later in range(0, 40, 10):
            known = remember(known, running(at), at + later * MINUTE)
            assert found("job_silent", running(at), known, now=known.last_seen) == []
    last = NOON + (40 * 1_079 + jitter[-1]) * MINUTE
    after = [remember(known, running(last), last + minutes * MINUTE) for minutes in range(40, 240, 10)]
    told = [each.last_seen - last for each in after if found("job_silent", running(last), each, now=each.last_seen)]
    assert 150 * MINUTE < told[0] <= 180 * MINUTE


def test_an_initial_cycle_that_gets_on_is_not_silence_and_one_that_hangs_is() -> None:
    def silent(progress: Progress | None) -> list[Finding]:
        return found("job_silent", running(progress=progress), memory(last_seen=NOON + 30 * HOUR))

    assert silent(Progress(at=NOON + 29 * HOUR, done=5, total=9)) == []
    (hanging,) = silent(Progress(at=NOON + 20 * HOUR, done=5, total=9))
    assert ("Got as far as", "5 of 9 pages of an initial cycle, at 21 Nov 08:00 UTC") in hanging.evidence.facts
    (none,) = silent(None)
    assert [name for name, _ in none.evidence.facts] == ["Usually runs"]


def test_a_change_gives_a_silent_job_a_day_for_its_initial_cycle() -> None:
    changed = AuditEvent(id="a", at=NOON, activity="Update attribute mappings or scope", target_id="sp-1")
    known = memory(last_seen=NOON + 5 * HOUR)
    assert found("job_silent", running(), known, audits=(changed,)) == []
    assert len(found("job_silent", running(), known)) == 1


def test_thirty_days_without_an_export_are_told() -> None:
    assert found("no_exports", running(last_export=ran(NOON - 29 * DAY)), memory()) == []
    assert len(found("no_exports", running(last_export=ran(NOON - 30 * DAY)), memory())) == 1
    assert len(found("no_exports", running(last_export=None), memory())) == 1
    assert found("no_exports", running(last_export=None), memory(first_seen=NOON - DAY)) == []


def test_a_job_that_was_configured_a_day_ago_and_never_started_is_told() -> None:
    waiting = job(status="NotRun")
    assert found("job_never_ran", waiting, memory(status="notrun", cycles=(), first_seen=NOON - 23 * HOUR)) == []
    assert len(found("job_never_ran", waiting, memory(status="notrun", cycles=(), first_seen=NOON - DAY))) == 1
    assert found("job_never_ran", running(), memory()) == []
    unset = memory(status="notconfigured", cycles=())
    assert found("job_never_ran", job(status="NotConfigured"), unset) == []


# --- job_paused --------------------------------------------------------------------------------------------------------


def test_a_pause_is_told_with_who_did_it_also_when_the_audit_row_is_old() -> None:
    paused = running(status="Paused")
    known = remember(remember(None, running(), NOON), paused, NOON + MINUTE, audits=[pause(NOON)])
    known = remember(known, paused, NOON + 2 * DAY)
    (told,) = found("job_paused", paused, known)
    assert told.evidence.facts == (("Paused by", "Ada"),)
    assert found("job_paused", running(), remember(known, running(), NOON + 3 * DAY)) == []


def test_a_job_that_was_paused_before_the_bot_came_is_left_alone_unless_entra_paused_it() -> None:
    paused = running(status="Paused")
    assert found("job_paused", paused, remember(None, paused, NOON)) == []
    pruned = running(status="Paused", escrows_pruned=True)
    (told,) = found("job_paused", pruned, remember(None, pruned, NOON))
    assert "Nobody pressed stop" in told.alert.detail
    (off,) = found("job_paused", running(schedule_state="Disabled"), None)
    assert off.alert.severity is Severity.CRITICAL


# --- job_discovered, job_missing ---------------------------------------------------------------------------------------


def test_a_new_job_is_news_for_a_day() -> None:
    new = memory(new=True, first_seen=NOON - HOUR)
    assert len(found("job_discovered", running(), new)) == 1
    assert found("job_discovered", running(), new, now=NOON + 23 * HOUR) == []


def test_a_job_that_is_gone_for_half_an_hour_is_missing_until_it_is_there_again() -> None:
    def missing(minutes: int, *jobs: Job) -> int:
        tenant = Tenant(now=NOON + minutes * MINUTE, jobs=jobs, memories=(memory(gone_since=NOON),))
        return sum(each.alert.rule == "job_missing" for each in detect_tenant(tenant)[0])

    assert [missing(29), missing(30), missing(60, running())] == [0, 1, 0]


def test_open_failures_count_for_the_forecast_where_the_status_knows_less() -> None:
    known = memory(escrows=((NOON - HOUR, 0), (NOON, 0)))
    assert len(found("quarantine_forecast", running(), known, failures=(failing(4_500),))) == 1
