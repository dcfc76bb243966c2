"""ServiceNow's Table API: make, read, change and find records of one table.

After https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html. A record that the account may not read is
answered as one that is not there (404).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import aiohttp
import msgspec
from yarl import URL

from bot.adapters.webhooks.answers import failure, unclear
from bot.adapters.webhooks.caller import Answer, Caller
from bot.adapters.webhooks.hook import Hook
from bot.ports import Clock, TryLater

TABLE = "/api/now/table/incident"
PATIENCE = 15.0
"""Seconds after which a record is looked for whose making was not answered: rules may still be at work on it."""

_FIELDS = "sys_id,number,state,correlation_display"

T = TypeVar("T")


class Record(msgspec.Struct):
    """The fields that are asked for; `work_notes` only by `find`, and only with `notes`."""

    sys_id: str
    number: str = ""
    state: str = ""
    correlation_display: str = ""
    work_notes: str = ""


class One(msgspec.Struct):
    result: Record


class Several(msgspec.Struct):
    result: list[Record]


class Table:
    """Every verb raises TryLater or Undeliverable. Signs in as `user`, or with a bearer token where there is none."""

    def __init__(self, hook: Hook, caller: Caller, clock: Clock) -> None:
        self._hook, self._caller, self._clock = hook, caller, clock
        given = caller.url.path.rstrip("/")
        self._url = caller.url.with_path(given if given.startswith("/api/") else TABLE).with_query(None)

    async def make(self, fields: Mapping[str, str]) -> Record:
        try:
            answer = self._fine(await self._call("POST", self._url, fields))
            return self._record(answer, sys_id=_location(answer))
        except TryLater as error:
            after = max(error.after or 0, PATIENCE) if error.uncertain else error.after
            raise TryLater(str(error), after, uncertain=error.uncertain) from None

    async def read(self, sys_id: str) -> Record | None:
        """None where it is not there."""
        answer = await self._call("GET", self._url / sys_id)
        return None if answer.status == 404 else self._record(self._fine(answer))

    async def change(self, sys_id: str, fields: Mapping[str, str]) -> Record | None:
        """None where it is not there."""
        answer = await self._call("PATCH", self._url / sys_id, fields)
        return None if answer.status == 404 else self._record(self._fine(answer))

    async def find(self, query: str, *, notes: bool = False) -> Record | None:
        """The first record that a query finds; with `notes`, its work notes are told as they were written."""
        asked = {"sysparm_query": query, "sysparm_limit": "1", "sysparm_display_value": "true" if notes else "false"}
        url = self._url.with_query(asked)
        answer = self._fine(await self._call("GET", url, more=",work_notes" if notes else ""))
        found = self._decoded(answer, Several).result
        return found[0] if found and is_id(found[0].sys_id) else None

    async def _call(self, method: str, url: URL, fields: Mapping[str, str] | None = None, more: str = "") -> Answer:
        # A short answer, so that no large record is taken for one that is not understood.
        asked = url.update_query(sysparm_fields=_FIELDS + more)
        headers = {"Authorization": self._authorization()}
        if fields is None:
            return await self._caller.call(method, asked, headers)
        headers["Content-Type"] = "application/json"
        return await self._caller.call(method, asked, headers, msgspec.json.encode(dict(fields)))

    def _authorization(self) -> str:
        secret = self._hook.secret.get_secret_value()
        return aiohttp.encode_basic_auth(self._hook.user, secret) if self._hook.user else f"Bearer {secret}"

    def _fine(self, answer: Answer) -> Answer:
        if not 200 <= answer.status < 300:
            raise failure(self._caller.where, answer, self._clock())
        return answer

    def _record(self, answer: Answer, *, sys_id: str = "") -> Record:
        """What was made or changed. Without its id, as a gateway or an instance that sleeps answers, nobody knows if it was."""
        try:
            record = self._decoded(answer, One).result
        except TryLater:
            record = Record(sys_id="")
        if not is_id(record.sys_id):
            record.sys_id = sys_id
        if not is_id(record.sys_id):
            raise self._unclear(answer)
        return record

    def _decoded(self, answer: Answer, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body or b"", type=kind)
        except (msgspec.MsgspecError, RecursionError):
            raise self._unclear(answer) from None

    def _unclear(self, answer: Answer) -> TryLater:
        return unclear(self._caller.where, answer, "ServiceNow answers with a record")


def is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def _location(answer: Answer) -> str:
    """The id in the address of what was made: whoever may make a record may not always read it."""
    return answer.headers.get("Location", "").rpartition("/")[2] if answer.status == 201 else ""
