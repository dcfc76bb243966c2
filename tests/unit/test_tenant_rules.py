"""Rules about what surrounds the jobs: changes, credentials, sources."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.detect import Needs, detect, detect_tenant
from bot.earlier import attach
from bot.inhibition import inhibit
from bot.missing import missing
from bot.model import (
    Alert,
    AuditEvent,
    Credential,
    CredentialCheck,
    Evidence,
    Execution,
    Finding,
    Incident,
    Severity,
    SourceState,
    Tenant,
    Window,
)
from tests.support.make import NOON, job, quarantine

MAPPING = "Update attribute mappings or scope"
DAY = timedelta(days=1)


def change(number: int = 1, *, minutes: float = 12, **more: Any) -> AuditEvent:
    told: dict[str, Any] = {
        "id": f"a{number}",
        "at": NOON - timedelta(minutes=minutes),
        "activity": MAPPING,
        "result": "success",
        "actor": "Ada Admin",
        "target_id": "sp-1",
    }
    return AuditEvent(**(told | more))


def found(rule: str, **tenant: Any) -> list[Finding]:
    told: dict[str, Any] = {"now": NOON, "jobs": (job(),)}
    told |= tenant
    findings, looked = detect_tenant(Tenant(**told))
    assert (rule, "*") in looked
    return [finding for finding in findings if finding.alert.rule == rule]


def succeeded(minutes: float) -> Execution:
    return Execution(began=NOON + timedelta(minutes=minutes), ended=NOON + timedelta(minutes=minutes + 1))


# --- config_changed ----------------------------------------------------------------------------------------------------


def test_a_changed_mapping_is_told_with_who_did_it() -> None:
    (told,) = found("config_changed", audits=(change(),))
    assert told.alert.title == "Ada Admin changed the attribute mappings or the scope of Workday to Entra ID"
    assert told.alert.severity is Severity.LOW


def test_saving_it_three_times_is_one_alert_that_stays_the_same() -> None:
    (once,) = found("config_changed", audits=(change(1),))
    (thrice,) = found("config_changed", audits=(change(1), change(2, minutes=5), change(3, minutes=1)))
    assert once.alert == thrice.alert


def test_jobs_of_one_service_principal_share_one_alert() -> None:
    for name, said in (("Plotter", "of Plotter"), ("", "of Workday to Entra ID and Slack")):
        shared = (job(), job("Slack", id="other.t.2"), job("Else", id="else.t.3", service_principal="sp-3"))
        (told,) = found("config_changed", jobs=shared, audits=(change(target_name=name),))
        assert told.alert.title.endswith(said)
        assert (told.alert.job_id, told.alert.job_name) == ("", "")
        assert told.alert.key == f"sp-1/{MAPPING.lower()}"


def test_a_change_of_a_shared_application_holds_back_what_the_log_tells_of_it_and_of_no_other() -> None:
    (told,) = found("config_changed", jobs=(job(), job(id="other.t.2")), audits=(change(),))
    rows = [
        Finding(
            alert=Alert(title="T", detail="D", severity=Severity.LOW, rule="provisioning_settings_changed", key=key),
            evidence=Evidence(),
        )
        for key in ("sp-1/Mappings or scope", "sp-2/Mappings or scope", "")
    ]
    assert [each.held_by for each in inhibit([told, *rows])] == ["", told.alert.fingerprint, "", ""]


def test_it_is_over_when_a_cycle_after_it_got_through_and_an_hour_has_passed() -> None:
    through = (job(last_success=succeeded(-60)),)
    assert found("config_changed", jobs=through, audits=(change(minutes=90),)) == []
    assert len(found("config_changed", jobs=through, audits=(change(minutes=30),))) == 1
    assert len(found("config_changed", jobs=(job(last_success=succeeded(-120)),), audits=(change(minutes=90),))) == 1
    assert found("config_changed", audits=(change(minutes=25 * 60),)) == []


def test_pauses_failures_and_other_peoples_applications_are_no_changes_of_a_job() -> None:
    others = (
        change(1, result="failure"),
        change(2, activity="Disable/pause provisioning configuration"),
        change(3, target_id="sp-2"),
        change(4, activity="Quarantine"),
    )
    assert found("config_changed", audits=others) == []


@given(st.permutations([change(n, minutes=n) for n in range(1, 6)]), st.integers(0, 4))
def test_order_and_repetition_of_changes_change_nothing(audits: list[AuditEvent], again: int) -> None:
    expected = found("config_changed", audits=tuple(change(n, minutes=n) for n in range(1, 6)))
    shuffled = found("config_changed", audits=(*audits,))
    assert shuffled == expected
    repeated = found("config_changed", audits=(*audits, audits[again]))
    assert [each.alert for each in repeated] == [each.alert for each in expected]


# --- What happened just before -----------------------------------------------------------------------------------------


def trouble(rule: str = "failing_objects", **more: Any) -> Finding:
    alert = Alert(title="T", detail="D", severity=Severity.HIGH, rule=rule, job_id="Workday.t.1")
    return Finding(alert=alert, evidence=Evidence(**more))


def earlier(finding: Finding, *audits: AuditEvent, known: Incident | None = None) -> Any:
    windows = (Window(job=job(), failures=(), now=NOON, audits=audits),)
    by_print = {} if known is None else {finding.alert.fingerprint: known}
    (after,) = attach([finding], by_print, windows, NOON)
    return after.evidence.earlier


def test_trouble_within_an_hour_after_a_change_says_who_changed_what() -> None:
    told = earlier(trouble(first_seen=NOON), change(1, minutes=50), change(2, minutes=12))
    assert (told.who, told.what) == ("Ada Admin", "changed the attribute mappings or the scope")
    assert told.at == NOON - timedelta(minutes=12)


def test_a_change_long_before_or_after_explains_nothing() -> None:
    assert earlier(trouble(first_seen=NOON), change(minutes=61)) is None
    assert earlier(trouble(first_seen=NOON - timedelta(minutes=20)), change(minutes=12)) is None
    assert earlier(trouble("config_changed", first_seen=NOON), change()) is None


def test_what_was_known_once_stays_when_the_audit_row_is_too_old_to_be_read() -> None:
    first = trouble(first_seen=NOON)
    told = earlier(first, change())
    evidence = replace(first.evidence, earlier=told)
    known = Incident(number=1, alert=first.alert, evidence=evidence, opened_at=NOON, changed_at=NOON)
    assert earlier(first, known=known) == told


# --- credential_expiring -----------------------------------------------------------------------------------------------


def credential(days: float, **more: Any) -> Credential:
    told: dict[str, Any] = {
        "id": "k1",
        "kind": "client secret",
        "name": "prod",
        "owner": "Workday to Entra ID",
        "expires_at": NOON + days * DAY,
        "jobs": ("Workday.t.1",),
    }
    return Credential(**(told | more))


def severities(*days: float) -> Iterator[Severity]:
    for each in days:
        (told,) = found("credential_expiring", credentials=(credential(each),))
        yield told.alert.severity


def test_a_secret_that_ends_is_told_at_thirty_fourteen_seven_and_one_days() -> None:
    assert found("credential_expiring", credentials=(credential(31),)) == []
    assert list(severities(30, 14, 7, 1, -1)) == ["low", "medium", "high", "critical", "critical"]


def test_between_two_stages_the_alert_stays_the_same() -> None:
    whole = [
        found("credential_expiring", credentials=(credential(12),), now=NOON + hours * timedelta(hours=1))
        for hours in (0, 1, 100)
    ]
    assert len({each.alert for (each,) in whole}) == 1


def test_a_secret_that_was_renewed_or_that_nobody_needs_is_not_told() -> None:
    assert found("credential_expiring", credentials=(credential(3), credential(300, id="k2"))) == []
    assert found("credential_expiring", credentials=(credential(3, jobs=()),)) == []
    assert found("credential_expiring", credentials=(credential(-40),)) == []


def test_the_bots_own_secret_says_that_it_is_the_bots() -> None:
    (told,) = found("credential_expiring", credentials=(credential(3, jobs=(), own=True, owner="Syncwatch"),))
    assert "the bot stops" in told.alert.detail
    assert ("Needed by", "the bot itself") in told.evidence.facts


# --- credential_invalid ------------------------------------------------------------------------------------------------


def refused(**more: Any) -> list[Finding]:
    check = CredentialCheck(job_id="Workday.t.1", at=NOON, fault="InvalidCredentials: no", since=NOON)
    window = Window(job=job(**more), failures=(), now=NOON, credentials=check)
    return [each for each in detect(window)[0] if each.alert.rule == "credential_invalid"]


def test_refused_credentials_are_told_with_what_was_said() -> None:
    (told,) = refused(last_success=succeeded(-30))
    assert told.evidence.facts == (("It said", "InvalidCredentials: no"),)


def test_a_cycle_that_got_through_since_knows_better() -> None:
    assert refused(last_success=succeeded(5)) == []


def test_a_quarantine_that_was_first_says_it_all_and_one_that_came_of_it_does_not_end_it() -> None:
    assert refused(quarantine=quarantine(current_began=NOON - timedelta(hours=1))) == []
    assert len(refused(quarantine=quarantine(current_began=NOON + timedelta(hours=1)))) == 1


# --- source_failing ----------------------------------------------------------------------------------------------------


def state(name: str = "graph", *, minutes: float | None = None) -> SourceState:
    since = None if minutes is None else NOON - timedelta(minutes=minutes)
    return SourceState(name=name, failing_since=since, sentence=f"{minutes} calls too many." if minutes else "")


def test_a_source_that_fails_for_five_minutes_is_told_with_what_it_said() -> None:
    assert found("source_failing", sources=(state(minutes=4),)) == []
    (told,) = found("source_failing", sources=(state(minutes=6), state("jobs")))
    assert "provisioning log" in told.alert.title
    (later,) = found("source_failing", sources=(state(minutes=60),))
    assert later.alert == told.alert


def test_what_rests_on_a_failing_source_is_not_asked() -> None:
    assert missing([state(minutes=1), state("jobs")], heard_of_all=True) == {Needs.LOG}
    assert missing([state(minutes=1), state("log_analytics")], heard_of_all=True) == set()
    assert missing([], heard_of_all=False) == {Needs.NOTHING}
