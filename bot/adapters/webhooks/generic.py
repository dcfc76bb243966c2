"""The generic webhook: everything that happens to an incident as signed JSON, to an address of your own."""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from msgspec.structs import replace

from bot.adapters.webhooks.answers import failure
from bot.adapters.webhooks.caller import Caller
from bot.adapters.webhooks.hook import Hook
from bot.adapters.webhooks.memory import Memory
from bot.adapters.webhooks.payload import Body, Counts, Event, Told, told
from bot.model import Conversation, Incident, Posted, State
from bot.ports import CannotLook, Clock, Message, TryLater

DELIVERY, TIMESTAMP, SIGNATURE = "Syncwatch-Delivery", "Syncwatch-Timestamp", "Syncwatch-Signature"

IN_DOUBT = -1
"""The revision of what was said before something of which it is not known whether it arrived."""

_encode = msgspec.json.Encoder().encode


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves who sent a body, and when."""
    return f"v1={hmac.new(secret.encode(), f'{timestamp}.'.encode() + body, hashlib.sha256).hexdigest()}"


class Generic:
    """Any 2xx is a success, whatever else the answer says."""

    def __init__(self, hook: Hook, caller: Caller, *, instance: str, clock: Clock) -> None:
        self._hook, self._caller, self._instance, self._clock = hook, caller, instance, clock
        self._said: Memory[Told] = Memory()

    @property
    def looks(self) -> bool:
        """It cannot be asked, but it knows by Syncwatch-Delivery what comes twice."""
        return True

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        """Tell of an incident for the first time, or send a report."""
        key = self._key(message)
        event = _first(message.incident) if message.incident else Event.REPORT
        await self._send(event, message, key)
        if event is Event.OPENED and message.repeated and message.incident and message.incident.revision > 1:
            # Whoever has the opening already drops the repetition, and with it what has changed since.
            await self._send(Event.CHANGED, message, key)
        return Posted(activity_id=key[:200], thread_id=conversation.id)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        """Tell what became of it. That more or fewer objects are hit is not worth a call by itself."""
        if message.incident is None:
            return
        before = self._said.get(str(message.incident.number))
        if before is not None and before == _worth(message.incident):
            return
        await self._send(_next(message.incident, before), message, self._key(message))

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        await self._send(Event.NOTE, message, self._key(message), text)

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        raise CannotLook("a generic webhook cannot be asked; what comes twice has the same Syncwatch-Delivery")

    async def _send(self, event: Event, message: Message, key: str, text: str = "") -> None:
        incident = message.incident
        body = Body(
            event=event,
            key=key,
            summary=message.summary,
            text=text,
            incident=told(incident) if incident else None,
            card=message.card if incident is None or (self._hook.card and event is not Event.NOTE) else msgspec.UNSET,
        )
        written, timestamp = _encode(body), str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            DELIVERY: self._delivery(event, message, text),
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._hook.secret.get_secret_value(), timestamp, written),
        }
        try:
            answer = await self._caller.call("POST", self._caller.url, headers, written)
            if not 200 <= answer.status < 300:
                raise failure(self._caller.where, answer, self._clock())
        except TryLater:
            self._doubt(incident)
            raise
        if incident is not None and event is not Event.NOTE:
            self._said.put(str(incident.number), _worth(incident))

    def _doubt(self, incident: Incident | None) -> None:
        """What was known to be said last may be overtaken, so the next thing is said even if it is the same again."""
        number = str(incident.number) if incident else ""
        if (before := self._said.get(number)) is not None:
            self._said.put(number, replace(before, revision=IN_DOUBT))

    def _key(self, message: Message) -> str:
        return f"syncwatch:{self._instance}:{message.incident.number if message.incident else message.key}"

    def _delivery(self, event: Event, message: Message, text: str) -> str:
        """The same at every retry. What opens an incident, and a note, is one thing, whatever became of it meanwhile."""
        changes = event not in (Event.OPENED, Event.NOTE) and message.incident is not None
        revision = message.incident.revision if changes and message.incident else 0
        parts = (self._instance, self._hook.name, event.value, message.key, str(revision), text)
        return hashlib.sha256(_encode(parts)).hexdigest()[:32]


def _worth(incident: Incident) -> Told:
    """What is worth a delivery: all but what moves by itself."""
    counts, opened = Counts(now=0, most=0, reopened=incident.reopened), incident.opened_at
    still = replace(told(incident), revision=0, counts=counts, url="", links=())
    return replace(still, changed_at=opened, first_seen=opened, last_seen=opened)


def _first(incident: Incident) -> Event:
    events = {State.OPEN: Event.OPENED, State.ACKNOWLEDGED: Event.ACKNOWLEDGED, State.RESOLVED: Event.RESOLVED}
    return events[incident.state]


def _next(incident: Incident, before: Told | None) -> Event:
    """What happened since; after a restart the incident's own times tell."""
    if incident.state is State.RESOLVED:
        return Event.RESOLVED if before is None or before.state is not State.RESOLVED else Event.CHANGED
    if before is None:
        came_back = incident.reopenings[-1:] == (incident.changed_at,)
        taken = incident.acknowledged_at == incident.changed_at
    else:
        came_back = before.state is State.RESOLVED
        taken = incident.state is State.ACKNOWLEDGED and before.state is State.OPEN
    if came_back:
        return Event.REOPENED
    return Event.ACKNOWLEDGED if taken else Event.CHANGED
