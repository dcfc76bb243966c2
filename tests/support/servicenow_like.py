"""A server that does with the incident table what ServiceNow does, as far as its Table API is documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import count

from aiohttp import web

from tests.support.receivers import Heard, Json, Server


class ServiceNowLike(Server):
    """The incident table: makes, changes and finds records; `records` are by their sys_id, work notes oldest first."""

    def __init__(self, authorization: str) -> None:
        super().__init__()
        self.authorization = authorization
        self.records: dict[str, Json] = {}
        self.readable = True
        self.closes = {"Solution provided", "Workaround provided"}
        self._numbers = count(10001)

    async def work(self, call: Heard) -> web.Response:
        if call.headers.get("Authorization") != self.authorization:
            return _failed(401, "User Not Authenticated")
        table, _, sys_id = call.path.removeprefix("/api/now/table/").partition("/")
        if table != "incident":
            return _failed(400, "Invalid table")
        works: dict[str, Callable[[Heard, str], Awaitable[web.Response]]] = {
            "POST": self._make,
            "PATCH": self._change,
            "GET": self._read if sys_id else self._find,
        }
        return await works[call.method](call, sys_id)

    async def _make(self, call: Heard, sys_id: str) -> web.Response:
        number = next(self._numbers)
        record: Json = {"sys_id": f"{number:032x}", "number": f"INC{number:07}", "state": "1", "notes": []}
        self.records[record["sys_id"]] = record
        return self._taken(record, call, 201)

    async def _change(self, call: Heard, sys_id: str) -> web.Response:
        record = self.records.get(sys_id)
        return self._taken(record, call, 200) if record else _failed(404, "No Record found")

    async def _read(self, call: Heard, sys_id: str) -> web.Response:
        record = self.records.get(sys_id) if self.readable else None
        return _result(_shown(record, call)) if record else _failed(404, "No Record found")

    async def _find(self, call: Heard, sys_id: str) -> web.Response:
        *wanted, order = call.query["sysparm_query"].split("^")
        if order != "ORDERBYDESCsys_created_on" or not all("=" in each for each in wanted):
            return _failed(400, "Invalid query")
        found = [one for one in self.records.values() if self.readable and all(_holds(one, each) for each in wanted)]
        return _result([_shown(one, call) for one in reversed(found)][: int(call.query["sysparm_limit"])])

    def _taken(self, record: Json, call: Heard, status: int) -> web.Response:
        given = call.json
        if record["state"] in ("7", "8") and call.method == "PATCH":
            return _failed(403, "Operation Failed")
        # What the data policy of a new instance asks for, and the lengths that its columns have.
        if given.get("state") == "6" and not (given.get("close_code") in self.closes and given.get("close_notes")):
            return _failed(403, "Data Policy Exception: Resolution code and notes are mandatory")
        notes = given.pop("work_notes", "")
        record["notes"] += [notes] if notes else []
        limits = {"short_description": 160, "correlation_id": 100, "correlation_display": 100}
        record |= {name: str(value)[: limits.get(name, 4000)] for name, value in given.items()}
        where = {"Location": f"{self.url}/api/now/table/incident/{record['sys_id']}"} if status == 201 else {}
        return _result(_shown(record, call) if self.readable else {}, status, where)


def _shown(record: Json, call: Heard) -> Json:
    shown = record | {
        "work_notes": "\n\n".join(f"2026-11-21 01:20:00 - Syncwatch (Work notes)\n{one}" for one in record["notes"])
    }
    if call.query.get("sysparm_display_value") != "true":
        shown["work_notes"] = ""
    fields = call.query.get("sysparm_fields")
    return {name: shown.get(name, "") for name in fields.split(",")} if fields else shown


def _holds(record: Json, condition: str) -> bool:
    name, _, value = condition.partition("=")
    return (record[name[:-1]] != value) if name.endswith("!") else (record[name] == value)


def _result(result: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"result": result}, status=status, headers=headers)


def _failed(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "detail": ""}, "status": "failure"}, status=status)
