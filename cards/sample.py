"""A made-up company's bad night: what the cards' examples show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import (
    Advice,
    Alert,
    Cause,
    Conversation,
    ConversationKind,
    Evidence,
    Execution,
    Failing,
    Failure,
    Incident,
    Job,
    Quarantine,
    Severity,
)

NOW = datetime(2026, 11, 21, 1, 20, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=3, minutes=6)
TENANT = "0b1c2d3e4f5061728394a5b6c7d8e9f0"

QUARANTINE = Quarantine(
    reason="EncounteredQuarantineException",
    error_code="InvalidCredentials",
    error_message="Workday rejected the user name or password of the integration system user ISU_Entra.",
    current_began=BEGAN,
    series_began=BEGAN,
    series_count=1,
    next_attempt=NOW + timedelta(hours=2, minutes=54),
)

WORKDAY = Job(
    id=f"Workday.{TENANT}.7f3a5c1e-0d42-4a6b-9c58-2f1e6b7a8d90",
    service_principal="3f0a1b2c-4d5e-4f60-8192-a3b4c5d6e7f8",
    app_id="9c8b7a69-5847-4362-a514-03f2e1d0c9b8",
    name="Workday to Entra ID",
    template="Workday2AAD",
    kind="HR inbound",
    status="Quarantine",
    schedule_state="Active",
    quarantine=QUARANTINE,
    last=Execution(
        state="Failed", began=BEGAN - timedelta(minutes=2), ended=BEGAN, imported=3402, exported=0, escrowed=128
    ),
    last_success=Execution(state="Succeeded", began=BEGAN - timedelta(minutes=44), ended=BEGAN - timedelta(minutes=40)),
    successive_failures=4,
    synced=(("User", 3402),),
)

CLOUD_SYNC = Job(
    id=f"AD2AADProvisioning.{TENANT}.1d2c3b4a-5e6f-4708-91a2-b3c4d5e6f708",
    service_principal="5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d",
    name="corp.example: AD to Entra ID",
    template="AD2AADProvisioning",
    kind="Cloud sync: AD → Entra ID",
    status="Active",
    schedule_state="Active",
    last=Execution(
        state="EntryLevelErrors",
        began=NOW - timedelta(minutes=3),
        ended=NOW - timedelta(minutes=2),
        imported=41,
        exported=12,
        escrowed=3,
    ),
    synced=(("User", 2000), ("Group", 164)),
)

CLASH = Cause(code="AttributeValueMustBeUnique", attribute="proxyAddresses")

CLASH_ADVICE = Advice(
    code="AttributeValueMustBeUnique",
    meaning="Another account in Entra ID already holds a value that has to be unique.",
    action="Find the other account that holds the value, and take the value away from the wrong one.",
    actor="admin",
    auto_retry=True,
    retry_after="next cycle, then about 6 h, 12 h and 24 h after the first failure, then daily up to 28 days",
)

PASSWORD_ADVICE = Advice(
    code="InvalidCredentials",
    meaning="The saved Workday credential was refused.",
    action="Renew the password of the integration user in Workday, save it in the job, test the connection, then start "
    "the job. Start keeps the watermark; a restart is not needed.",
    actor="admin",
    auto_retry=True,
)


def failure(name: str, value: str, minutes: int = 24) -> Failure:
    """One person whose address somebody else holds."""
    return Failure(
        job_id=CLOUD_SYNC.id,
        object_id=f"S-1-5-21-{len(name)}-{minutes}",
        object_type="User",
        object_name=name,
        cause=CLASH,
        error_code="AzureActiveDirectoryAttributeValueMustBeUnique",
        reason=f"Unable to update this object because proxyAddresses [{value}] may already be in use by another object.",
        value=value,
        step="EntryExportUpdate",
        first_seen=NOW - timedelta(minutes=minutes),
        last_seen=NOW - timedelta(minutes=2),
        count=12,
        change_id="6d2f8c1a-93b7-4e05-a1c4-8f7e6d5c4b3a",
    )


PEOPLE = (
    failure("Ada Lindqvist", "smtp:ada@example.com"),
    failure("Bo Okafor", "smtp:info@example.com", 20),
    failure("Chiara D'Angelo", "smtp:sales_emea@example.com", 8),
)

CLASHING = Failing(
    job_id=CLOUD_SYNC.id,
    cause=CLASH,
    count=3,
    first_seen=PEOPLE[0].first_seen,
    last_seen=PEOPLE[0].last_seen,
    examples=PEOPLE,
)

REFUSED = Failing(job_id=WORKDAY.id, cause=Cause(code="InvalidCredentials"), count=128, first_seen=BEGAN, last_seen=NOW)

IN_QUARANTINE = Incident(
    number=42,
    alert=Alert(
        rule="quarantine",
        title="Workday to Entra ID is in quarantine",
        detail="No joiner, mover or leaver reaches Entra ID until it is renewed.",
        severity=Severity.HIGH,
        job_id=WORKDAY.id,
        job_name=WORKDAY.name,
    ),
    evidence=Evidence(count=128, first_seen=BEGAN, quarantine=QUARANTINE),
    opened_at=BEGAN,
    changed_at=NOW,
)

ADDRESSES_CLASH = Incident(
    number=43,
    alert=Alert(
        rule="failing_objects",
        title="corp.example: an address or name is used by another object (AttributeValueMustBeUnique on proxyAddresses)",
        detail=CLASH_ADVICE.meaning,
        severity=Severity.MEDIUM,
        key=CLASH.key,
        cause=CLASH,
        job_id=CLOUD_SYNC.id,
        job_name=CLOUD_SYNC.name,
    ),
    evidence=Evidence(count=3, first_seen=CLASHING.first_seen, last_seen=CLASHING.last_seen, examples=PEOPLE),
    opened_at=NOW - timedelta(minutes=23),
    changed_at=NOW,
)

CHANNEL = Conversation(
    id="19:general@thread.tacv2",
    tenant_id="0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
    service_url="https://smba.trafficmanager.net/emea/",
    kind=ConversationKind.CHANNEL,
    name="Identity operations",
)
