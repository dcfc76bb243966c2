"""ServiceNow: an incident of ours is one record of its incident table, found again by its correlation id."""

from __future__ import annotations

import re

from bot.adapters.webhooks import ticket
from bot.adapters.webhooks.caller import Caller
from bot.adapters.webhooks.hook import Hook
from bot.adapters.webhooks.memory import Memory
from bot.adapters.webhooks.table import Record, Table, is_id
from bot.model import Conversation, Incident, Posted
from bot.ports import CannotLook, CardGone, Clock, Message, SourceDown, TryLater, Undeliverable

_MARKER = re.compile(r"syncwatch-incident-(\d+)-\w+\.")
_NOTE = re.compile(r"#(\d+)\b")


class ServiceNow:
    """A record is read before it is changed: what was said last stands in it."""

    def __init__(self, hook: Hook, caller: Caller, *, instance: str, clock: Clock) -> None:
        self._hook, self._where, self._instance = hook, caller.where, instance
        self._table = Table(hook, caller, clock)
        self._said: Memory[ticket.Said] = Memory()

    @property
    def looks(self) -> bool:
        return True

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        incident = self._incident(message)
        ours = ticket.opening(incident, self._correlation(incident.number), self._hook.close_code)
        record = await self._table.make(dict(self._hook.fields) | ours)
        self._said.put(record.sys_id, ticket.said(incident))
        return _posted(record)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        """Change what is not as it was last said. A record that is closed for good cannot come back: a new one is made."""
        incident = self._incident(message)
        if self._said.get(posted.activity_id) == ticket.said(incident):
            return
        record = await self._table.read(posted.activity_id) if is_id(posted.activity_id) else None
        if record is None:
            raise await self._missing()
        if record.state in (ticket.CLOSED, ticket.CANCELLED):
            if incident.open:
                raise CardGone(f"{self._where} has closed {record.number}")
            return
        if fields := ticket.changes(incident, record.state, record.correlation_display, self._hook.close_code):
            self._said.forget(record.sys_id)
            await self._table.change(record.sys_id, fields)
        self._said.put(record.sys_id, ticket.said(incident))

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        note = {"work_notes": ticket.words(text)}
        if not is_id(posted.activity_id) or await self._table.change(posted.activity_id, note) is None:
            raise Undeliverable(f"{self._where} has no such record any more")

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """The record with our correlation id that is not closed; for a note: if it stands among the work notes."""
        opening, note = _MARKER.fullmatch(marker), _NOTE.search(marker)
        number = opening or note
        if number is None:
            raise CannotLook(f"{self._where} cannot be asked for what names no incident")
        ours = f"correlation_id={self._correlation(int(number[1]))}^state!={ticket.CLOSED}^state!={ticket.CANCELLED}"
        try:
            record = await self._table.find(f"{ours}^ORDERBYDESCsys_created_on", notes=opening is None)
        except TryLater as error:
            raise SourceDown(str(error), error.after) from None
        except Undeliverable as error:
            raise CannotLook(str(error)) from None
        if record is None or (opening is None and _flat(ticket.words(marker)) not in _flat(record.work_notes)):
            return None
        return _posted(record)

    async def _missing(self) -> Undeliverable:
        """Deleted, so that a new one is to be made; unless nothing at all may be read, which would make one each time."""
        if await self._table.find("ORDERBYDESCsys_created_on") is not None:
            return CardGone(f"{self._where} has no such record any more")
        return Undeliverable(
            f"{self._where} does not let the bot read its records (404): the account needs a role for that"
        )

    def _correlation(self, number: int) -> str:
        return f"syncwatch:{self._instance}:{number}"

    def _incident(self, message: Message) -> Incident:
        if message.incident is None:
            raise Undeliverable(f"{self._where} is ServiceNow, which takes incidents and no reports")
        return message.incident


def _posted(record: Record) -> Posted:
    return Posted(activity_id=record.sys_id, thread_id=record.number or record.sys_id)


def _flat(text: str) -> str:
    return " ".join(text.split())
