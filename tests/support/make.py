"""Short ways to make the words of the model for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Cause, Conversation, Evidence, Failing, Failure, Job, Person, ProvisioningEvent, Quarantine

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

ADA = Person(id="11111111-1111-4111-8111-111111111111", name="Ada Admin", mri="29:ada")
BOB = Person(id="22222222-2222-4222-8222-222222222222", name="Bob Reader", mri="29:bob")
CHANNEL = Conversation(
    id="19:general@thread.tacv2",
    tenant_id="99999999-9999-4999-8999-999999999999",
    service_url="http://127.0.0.1:1/",
    name="General",
    team_id="19:general@thread.tacv2",
)


class Hand:
    """A clock that a test moves by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.forward(seconds=seconds)


def job(name: str = "Workday to Entra ID", *, id: str = "Workday.t.1", **more: Any) -> Job:  # noqa: A002
    told: dict[str, Any] = {
        "template": id.split(".")[0],
        "status": "Quarantine" if more.get("quarantine") else "Active",
    }
    told |= {"id": id, "service_principal": "sp-1", "name": name}
    return Job(**(told | more))


def quarantine(**more: Any) -> Quarantine:
    told: dict[str, Any] = {
        "reason": "EncounteredQuarantineException",
        "error_code": "SalesforceInvalidCredentials",
        "current_began": NOON,
        "series_began": NOON,
        "series_count": 1,
        "next_attempt": NOON + timedelta(hours=6),
    }
    return Quarantine(**(told | more))


def event(number: int, *, minute: float = 0, ok: bool = False, **more: Any) -> ProvisioningEvent:
    """A row about object `o1` of job Workday.t.1 unless told otherwise; failed unless ok."""
    told: dict[str, Any] = {
        "id": f"row-{number}",
        "at": NOON + timedelta(minutes=minute),
        "job_id": "Workday.t.1",
        "object_id": "o1",
        "object_type": "User",
        "object_name": "Grace Hopper",
        "status": "success" if ok else "failure",
        "error_code": "" if ok else "ContosoEntryConflict",
        "reason": "" if ok else "proxyAddresses 'smtp:grace@contoso.com' is used by another object",
        "step": "" if ok else "export",
        "change_id": f"change-{number}",
        "app_name": "Workday to Entra ID",
    }
    return ProvisioningEvent(**(told | more))


def failure(**more: Any) -> Failure:
    told: dict[str, Any] = {
        "job_id": "Workday.t.1",
        "object_id": "o1",
        "object_type": "User",
        "object_name": "Grace Hopper",
        "cause": Cause(code="Conflict", attribute="proxyAddresses"),
        "error_code": "ContosoEntryConflict",
        "reason": "proxyAddresses is used by another object",
        "first_seen": NOON,
        "last_seen": NOON,
    }
    return Failure(**(told | more))


def failing(count: int = 3, **more: Any) -> Failing:
    told: dict[str, Any] = {
        "job_id": "Workday.t.1",
        "cause": Cause(code="Conflict", attribute="proxyAddresses"),
        "count": count,
        "first_seen": NOON,
        "last_seen": NOON,
        "examples": tuple(failure(object_id=f"o{n}") for n in range(min(count, 5))),
    }
    return Failing(**(told | more))


def evidence(count: int = 1) -> Evidence:
    return Evidence(count=count, first_seen=NOON, last_seen=NOON)
