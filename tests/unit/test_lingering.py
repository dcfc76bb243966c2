"""Rules in KQL are asked every few minutes: what they found before a trouble was over is not told as if it went on."""

from datetime import timedelta

from bot.detect import EVERY
from bot.incidents import Change, Kind, advance
from bot.model import Alert, Evidence, Finding, Incident, Severity, Sheet, State
from tests.support.make import NOON

JOB = "Workday.t.1"
LOOKED = {("failing_objects", JOB), ("provisioning_failures", EVERY)}


def alert(rule: str) -> Alert:
    return Alert(title=rule, detail="", severity=Severity.HIGH, rule=rule, job_id=JOB, key="k")


def incident(rule: str, **more: object) -> Incident:
    told = {"number": 1, "alert": alert(rule), "evidence": Evidence(), "opened_at": NOON, "changed_at": NOON}
    return Incident(**(told | more))  # pyright: ignore[reportArgumentType]


HOLDER = incident("failing_objects")
ROWS = Sheet(columns=("Failed",), rows=(("40",),))
IN_THE_LOG = Finding(alert=alert("provisioning_failures"), evidence=Evidence(sheet=ROWS))
HELD = incident("provisioning_failures", number=2, held_by=HOLDER.alert.fingerprint, evidence=IN_THE_LOG.evidence)


def kinds(holder: Incident, minutes: float) -> dict[int, Kind]:
    known = {each.alert.fingerprint: each for each in (holder, HELD)}
    found: list[Change] = list(advance(known, [IN_THE_LOG], LOOKED, NOON + timedelta(minutes=minutes)))
    return {change.incident.number: change.kind for change in found}


def test_what_the_log_still_shows_is_not_released_when_its_explanation_is_over() -> None:
    assert kinds(HOLDER, minutes=5) == {1: Kind.RESOLVED}
    over = incident("failing_objects", state=State.RESOLVED, resolved_at=NOON)
    assert kinds(over, minutes=19) == {}


def test_what_the_log_shows_long_after_is_news() -> None:
    over = incident("failing_objects", state=State.RESOLVED, resolved_at=NOON)
    assert kinds(over, minutes=21) == {2: Kind.RELEASED}
