"""A sandbox tenant on a clock that a test moves by hand, and a client that speaks HTTP with it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sandbox import actions
from sandbox.faults import Faults
from sandbox.graph.app import Graph
from sandbox.graph.routing import Reply
from sandbox.job import Job
from sandbox.lag import PROMPT, Lag
from sandbox.server import Sandbox
from sandbox.tenant import Tenant


class Dial:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 8, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.turn(seconds=seconds)

    def turn(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)


def make_tenant(
    story: str = "quiet", *, seed: int = 1, speed: float = 1.0, lag: Lag = PROMPT, history_hours: float = 2.0
) -> tuple[Tenant, Dial]:
    """A tenant and its clock; nothing of it is late unless a lag says so."""
    dial = Dial()
    return Tenant(seed=seed, story=story, speed=speed, clock=dial, lag=lag, history_hours=history_hours), dial


def later(tenant: Tenant, dial: Dial, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
    dial.turn(seconds=seconds, minutes=minutes, hours=hours)
    tenant.advance()


def ask(tenant: Tenant, path: str, method: str = "GET", body: Any = None, **query: str) -> Reply:
    """One request to a Graph without HTTP or limits; `top="5"` becomes $top=5."""
    tenant.advance()
    options = {f"${name}": value for name, value in query.items()}
    return Graph(tenant, Faults(), throttle=False).answer("https://graph/v1.0", method, path, options, body)


@asynccontextmanager
async def open_box(tenant: Tenant, **options: Any) -> AsyncGenerator[tuple[Sandbox, httpx.AsyncClient]]:
    """A served tenant, and a client that trusts it and holds a token."""
    async with Sandbox(tenant, **options) as box:
        trust = ssl.create_default_context(cafile=str(box.ca_file))
        token = tenant.tokens.issue("https://graph.microsoft.com/.default")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"{box.url}/v1.0", verify=trust, headers=headers) as client:
            yield box, client


def jobs_of(tenant: Tenant, words: str) -> str:
    return f"/servicePrincipals/{tenant.job(words).spec.principal.id}/synchronization/jobs"


async def sign_in(box: Sandbox, **changes: str) -> httpx.Response:
    tenant = box.tenant
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.app_id,
        "client_secret": tenant.app_secret,
        "scope": "https://graph.microsoft.com/.default",
        "tenant": tenant.id,
        **changes,
    }
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(box.ca_file))) as client:
        return await client.post(f"{box.url}/{form.pop('tenant')}/oauth2/v2.0/token", data=form)


def open_failures(tenant: Tenant) -> dict[tuple[str, str], str]:
    """Job and object of every failure whose object's newest row is still a failure."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in tenant.arrived:
        event = row.event
        key = (event["jobId"], event["sourceIdentity"]["id"])
        known = newest.get(key)
        is_skip = event["provisioningStatusInfo"]["status"] == "skipped"
        if not is_skip and (known is None or known["activityDateTime"] <= event["activityDateTime"]):
            newest[key] = event
    return {
        key: event["provisioningStatusInfo"]["errorInformation"]["errorCode"]
        for key, event in newest.items()
        if event["provisioningStatusInfo"]["status"] == "failure"
    }


def audited(tenant: Tenant) -> list[str]:
    return [row["activityDisplayName"] for row in tenant.audits]


def restart(tenant: Tenant, job: Job, scope: str | None = None) -> None:
    """Restart a job with a resetScope, or with an empty body."""
    actions.restart(tenant, job, {"criteria": {"resetScope": scope}} if scope is not None else {})
