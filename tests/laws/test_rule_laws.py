"""Laws that every rule obeys: silent on what is healthy, and the same whatever the order and repetition of what it sees."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from bot.detect import detect, detect_tenant, rules
from bot.model import (
    Alert,
    Arrival,
    AuditEvent,
    Credential,
    DirectorySync,
    Execution,
    Finding,
    Hour,
    Job,
    Memory,
    Owed,
    Schema,
    ScopedGroup,
    SourceState,
    Tenant,
    Window,
)
from tests.support.make import NOON
from tests.support.troubles import TROUBLES, WITHOUT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AGAIN = {"audits", "arrivals", "owed", "credentials", "memories", "schemas"}
"""What may be there twice: rows that were read again, and what was put together from several looks."""


def found(seen: Window | Tenant) -> list[Finding]:
    return (detect(seen) if isinstance(seen, Window) else detect_tenant(seen))[0]


def of_rule(name: str, seen: Window | Tenant) -> dict[str, Finding]:
    return {each.alert.fingerprint: each for each in found(seen) if each.alert.rule == name}


def mixed(seen: Any, chance: random.Random, *, again: bool) -> Any:
    """The same in another order, and with repetitions where those are possible."""
    changes: dict[str, tuple[Any, ...]] = {}
    for name, value in asdict(seen).items():
        if isinstance(value, tuple):
            value = cast("tuple[Any, ...]", value)
            items: list[Any] = [*value, *(chance.choices(value, k=3) if again and value and name in AGAIN else ())]
            changes[name] = tuple(chance.sample(items, len(items)))
    return replace(seen, **changes)


def alerts(findings: Iterable[Finding]) -> list[Alert]:
    return [finding.alert for finding in findings]


def test_every_rule_is_under_these_laws() -> None:
    assert WITHOUT == []


@pytest.mark.parametrize("name", TROUBLES)
@given(chance=st.randoms())
@settings(max_examples=10, deadline=None)
def test_order_and_repetition_of_what_a_rule_sees_change_nothing(name: str, chance: random.Random) -> None:
    seen = TROUBLES[name]()
    expected = of_rule(name, seen)
    assert expected, "the trouble is no trouble to its rule"
    assert of_rule(name, mixed(seen, chance, again=False)) == expected
    repeated = of_rule(name, mixed(seen, chance, again=True))
    assert {key: each.alert for key, each in repeated.items()} == {key: each.alert for key, each in expected.items()}


@pytest.mark.parametrize("name", TROUBLES)
def test_an_alert_stays_equal_a_minute_later_so_that_it_is_told_once(name: str) -> None:
    seen = TROUBLES[name]()
    later = of_rule(name, replace(seen, now=seen.now + MINUTE))
    assert alerts(later.values()) == alerts(of_rule(name, seen).values())


# --- A healthy tenant --------------------------------------------------------------------------------------------------

spans = st.integers(1, 60)


@st.composite
def healthy_job(draw: st.DrawFn, number: int) -> tuple[Job, Memory]:
    """It has run at its own cadence for long, the last time not long ago, and exports now and then."""
    cadence = draw(st.sampled_from([2, 20, 40, 240])) * MINUTE
    last = NOON - cadence * draw(st.floats(0, 1))
    cycles = tuple(last - cadence * back for back in reversed(range(draw(st.integers(0, 30)))))
    ran = Execution(
        began=last, ended=last + MINUTE, state="Succeeded", entitled=2_000, escrowed=draw(st.integers(0, 9))
    )
    known = draw(st.integers(1, 400)) * DAY
    exported = replace(ran, began=NOON - min(known, draw(st.integers(0, 28)) * DAY), ended=None)
    job = Job(
        id=f"j{number}",
        service_principal=f"sp-{number // 2}",
        name=f"Job {number}",
        status="Active",
        last=ran,
        last_success=ran,
        last_export=exported,
        synced=(("User", draw(st.integers(500, 50_000))),),
    )
    memory = Memory(
        job_id=job.id, first_seen=NOON - known, last_seen=NOON, name=job.name, status="active", cycles=cycles
    )
    return job, memory


@st.composite
def healthy(draw: st.DrawFn) -> tuple[Tenant, list[Window]]:
    """Jobs that run, sources that answer, secrets that last, groups that are as they were, old and unimportant changes."""
    jobs = [draw(healthy_job(number)) for number in range(draw(st.integers(0, 4)))]
    names = ("graph", "log_analytics", "jobs", "audits", "directory")
    audits = tuple(
        AuditEvent(id=f"a{n}", at=NOON - n * HOUR, activity=activity, result=result, target_id=f"sp-{n}")
        for n, (activity, result) in enumerate(
            (("Quarantine", "failure"), ("Update attribute mappings or scope", "failure"), ("Something new", "success"))
        )
    )
    tenant = Tenant(
        now=NOON,
        jobs=tuple(job for job, _ in jobs),
        memories=tuple(memory for _, memory in jobs),
        credentials=draw(st.none() | st.just(tuple(_lasting(job) for job, _ in jobs))),
        arrivals=tuple(Arrival(source="graph", job_id=job.id, newest=NOON - draw(spans) * MINUTE) for job, _ in jobs),
        owed=tuple(Owed(job_id=job.id, at=NOON - draw(spans) * MINUTE) for job, _ in jobs),
        sources=tuple(SourceState(name=name, answered_at=NOON, lag=draw(spans) * 1.0) for name in names),
        audits=audits,
        sync=DirectorySync(at=NOON, enabled=True, synced_at=NOON - draw(spans) * MINUTE, patience=3.0),
        gaps=(),
        scopes=tuple((job.id, (ScopedGroup(id="g", name="All", had_members=True),)) for job, _ in jobs),
        schemas=tuple(Schema(job_id=job.id, version="1", looked_at=NOON) for job, _ in jobs),
    )
    few = [Hour(job_id="", hour=NOON, action="disable", status="success", count=draw(st.integers(0, 19)))]
    windows = [
        Window(job=job, failures=(), now=NOON, hours=tuple(few), audits=audits, memory=memory) for job, memory in jobs
    ]
    return tenant, windows


def _lasting(job: Job) -> Credential:
    return Credential(
        id=f"k-{job.id}", kind="secret", name="", owner=job.name, expires_at=NOON + 31 * DAY, jobs=(job.id,)
    )


@given(healthy())
@settings(deadline=None)
def test_nothing_is_told_of_a_healthy_tenant(seen: tuple[Tenant, list[Window]]) -> None:
    tenant, windows = seen
    asked = {
        name
        for each in (tenant, *windows)
        for name, _ in (detect(each) if isinstance(each, Window) else detect_tenant(each))[1]
    }
    told = [each.alert.title for every in (tenant, *windows) for each in found(every)]
    assert told == []
    assert not windows or asked == {rule.name for rule in rules() if rule.check}
