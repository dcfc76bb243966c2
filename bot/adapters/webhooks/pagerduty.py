"""PagerDuty's Events API v2: an incident pages somebody, is acknowledged and resolved, under one key.

After https://developer.pagerduty.com/docs/events-api-v2/overview: 202 is taken, 400 is never taken, all else is tried
again; what is sent twice under one key is one alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.adapters.webhooks.answers import failure, unclear
from bot.adapters.webhooks.caller import Caller
from bot.adapters.webhooks.hook import Hook
from bot.adapters.webhooks.memory import Memory
from bot.model import Conversation, Incident, Posted, Severity, State
from bot.ports import Clock, Message, NotTaken, Undeliverable
from cards.plain import clean

SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}
ACTIONS: Mapping[State, str] = {State.OPEN: "trigger", State.ACKNOWLEDGED: "acknowledge", State.RESOLVED: "resolve"}
LONGEST = 1024
"""Characters of a summary."""

Said = tuple[State, Severity, str, str]


class PagerDuty:
    """Notes are not sent: PagerDuty tells its people itself, and its events have no place for them."""

    def __init__(self, hook: Hook, caller: Caller, *, instance: str, clock: Clock) -> None:
        self._hook, self._caller, self._instance, self._clock = hook, caller, instance, clock
        self._said: Memory[Said] = Memory()

    @property
    def looks(self) -> bool:
        return True

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        """Trigger an alert; what is over by now needs none, and what somebody has is acknowledged at once."""
        incident = self._incident(message)
        key = self._key(incident)
        if incident.state is State.ACKNOWLEDGED:
            await self._send(incident, "trigger", message.summary)
        await self._send(incident, ACTIONS[incident.state], message.summary)
        return Posted(activity_id=key, thread_id=conversation.id)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        """Tell PagerDuty of a new state or a new severity; a trigger more only adds to the alert's log."""
        incident = self._incident(message)
        if self._said.get(str(incident.number)) != _worth(incident):
            await self._send(incident, ACTIONS[incident.state], message.summary)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        """Raises NotTaken."""
        raise NotTaken

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """Nothing is ever found, and nothing need be: the same key twice is the same alert."""
        return None

    async def _send(self, incident: Incident, action: str, summary: str) -> None:
        body = event(incident, action, summary, self._key(incident)) | {
            "routing_key": self._hook.secret.get_secret_value()
        }
        headers = {"Content-Type": "application/json"}
        self._said.forget(str(incident.number))
        answer = await self._caller.call("POST", self._caller.url, headers, msgspec.json.encode(body))
        if answer.status != 202:
            # A 200 is somebody else's, such as a gateway's page.
            where, fine = self._caller.where, 200 <= answer.status < 300
            raise unclear(where, answer, "PagerDuty answers 202") if fine else failure(where, answer, self._clock())
        self._said.put(str(incident.number), _worth(incident))

    def _key(self, incident: Incident) -> str:
        return f"syncwatch:{self._instance}:{incident.number}"[:255]

    def _incident(self, message: Message) -> Incident:
        if message.incident is None:
            raise Undeliverable(f"{self._caller.where} is PagerDuty, which takes incidents and no reports")
        return message.incident


def event(incident: Incident, action: str, summary: str, key: str) -> dict[str, Any]:
    """An event but for its routing key."""
    alert, evidence = incident.alert, incident.evidence
    details = {
        "detail": clean(alert.detail, 4000),
        "state": incident.state.value,
        "objects": evidence.count,
        "job": alert.job_name,
        "job_id": alert.job_id,
        "rule": alert.rule,
        "cause": alert.cause.key if alert.cause else "",
        "incident": incident.number,
    }
    return {
        "event_action": action,
        "dedup_key": key,
        "client": "Syncwatch",
        "payload": {
            "summary": clean(summary, LONGEST) or f"Incident {incident.number}",
            "source": clean(alert.job_name, 255) or "Microsoft Entra ID",
            "severity": SEVERITIES[alert.severity],
            "timestamp": (evidence.first_seen or incident.opened_at).isoformat(),
            "component": alert.job_id or alert.key or alert.rule,
            "group": "Microsoft Entra provisioning",
            "class": alert.rule,
            "custom_details": {name: value for name, value in details.items() if value != ""},
        },
        "links": [{"href": url, "text": clean(text, 255)} for text, url in evidence.pages],
    }


def _worth(incident: Incident) -> Said:
    return incident.state, incident.alert.severity, incident.alert.title, incident.alert.detail
