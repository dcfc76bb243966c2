"""Webhooks on receivers that remember: one home for each kind, alike enough for one contract."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp
from msgspec.structs import replace
from pydantic import SecretStr

from bot.adapters.webhooks import Hook, Webhooks
from bot.model import Conversation, ConversationKind, Incident, Severity, State
from bot.model.routes import WebhookKind
from bot.ports import Message
from cards import sample
from cards.incident import marker
from cards.notes import summary
from tests.support.receivers import PagerDutyLike, Server, basic
from tests.support.servicenow_like import ServiceNowLike

NOW = sample.NOW
SECRET = "Open-Sesame-4711-and-more-0123456"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
DESK = Conversation(id="webhook:desk", tenant_id="t", service_url="", kind=ConversationKind.WEBHOOK)


def message(incident: Incident, key: str = "") -> Message:
    """What the outbox hands over for an incident's card or note."""
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": incident.alert.title}]}
    return Message(
        card=card,
        summary=summary(incident),
        key=key or f"incident-{incident.number}",
        marker=marker(incident),
        incident=incident,
    )


def report() -> Message:
    return Message(
        card={"type": "AdaptiveCard", "body": []}, summary="The week of all jobs", key="report-9", marker="r9"
    )


def later(incident: Incident, minutes: int = 5, **fields: Any) -> Incident:
    """The incident some minutes on, as the watch moves it."""
    at = incident.changed_at + timedelta(minutes=minutes)
    return replace(incident, changed_at=at, revision=incident.revision + 1, **fields)


def acknowledged(incident: Incident) -> Incident:
    at = incident.changed_at + timedelta(minutes=5)
    return later(incident, state=State.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by="Ada Admin")


def resolved(incident: Incident) -> Incident:
    return later(incident, state=State.RESOLVED, resolved_at=incident.changed_at + timedelta(minutes=5))


def reopened(incident: Incident) -> Incident:
    at = incident.changed_at + timedelta(minutes=5)
    return later(
        incident,
        state=State.OPEN,
        resolved_at=None,
        acknowledged_at=None,
        acknowledged_by="",
        reopened=1,
        reopenings=(at,),
    )


def worse(incident: Incident) -> Incident:
    return later(incident, alert=replace(incident.alert, severity=Severity.CRITICAL))


class AtGeneric:
    """A receiver that does as docs/webhooks.md says: drops what it has by its id, and keeps one thing for each key.

    `states` are the states of the incidents that stand there, one for each; `notes` what was said besides.
    """

    kind, secret, options = WebhookKind.GENERIC, SECRET, {}

    def __init__(self) -> None:
        self.server = Server()
        self.hooks: Webhooks

    def states(self) -> list[str]:
        kept: dict[str, str] = {}
        seen: set[str] = set()
        for call in self.server.heard:
            if call.headers["Syncwatch-Delivery"] not in seen and (incident := call.json["incident"]):
                kept[call.json["key"]] = incident["state"]
            seen.add(call.headers["Syncwatch-Delivery"])
        return list(kept.values())

    def notes(self) -> list[str]:
        told = {call.headers["Syncwatch-Delivery"]: call.json["text"] for call in self.server.heard}
        return [text for text in told.values() if text]


class AtServiceNow:
    kind, secret, options = WebhookKind.SERVICENOW, SECRET, {"user": "syncwatch"}
    NAMES: ClassVar = {"1": "open", "2": "acknowledged", "6": "resolved"}

    def __init__(self) -> None:
        self.server = ServiceNowLike(basic("syncwatch", SECRET))
        self.hooks: Webhooks

    def states(self) -> list[str]:
        return [self.NAMES[record["state"]] for record in self.server.records.values()]

    def notes(self) -> list[str]:
        return [note for record in self.server.records.values() for note in record["notes"]]


class AtPagerDuty:
    kind, secret, options = WebhookKind.PAGERDUTY, ROUTING_KEY, {}
    NAMES: ClassVar = {"triggered": "open", "acknowledged": "acknowledged", "resolved": "resolved"}

    def __init__(self) -> None:
        self.server = PagerDutyLike(ROUTING_KEY)
        self.hooks: Webhooks

    def states(self) -> list[str]:
        return [self.NAMES[state] for state in self.server.alerts.values()]

    def notes(self) -> None:
        """None are sent."""


HOMES = {"generic": AtGeneric, "servicenow": AtServiceNow, "pagerduty": AtPagerDuty}


@asynccontextmanager
async def at_home(
    kind: str, *, patience: float = 5.0, clock: Callable[[], datetime] = lambda: NOW, **options: Any
) -> AsyncGenerator[Any]:
    """The home of that kind, with its server running."""
    home = HOMES[kind]()
    async with home.server.running():
        path = "/v2/enqueue" if kind == "pagerduty" else ""
        given: dict[str, Any] = home.options | options
        hook = Hook(name="desk", kind=home.kind, url=home.server.url + path, secret=SecretStr(home.secret), **given)
        home.hooks = hooks_of(hook, patience=patience, clock=clock)
        try:
            yield home
        finally:
            await home.hooks.close()


def hooks_of(*hooks: Hook, patience: float = 5.0, clock: Callable[[], datetime] = lambda: NOW, **more: Any) -> Webhooks:
    """Webhooks that may go to this machine."""
    return Webhooks(
        hooks,
        instance="contoso",
        clock=clock,
        allow=("127.0.0.1",),
        proxies=lambda url: None,
        timeout=aiohttp.ClientTimeout(total=patience),
        **more,
    )


def http_date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT"
