"""What the Log Analytics API says: tables as JSON, and its errors in their nested form."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from bot.adapters.kql.answer import Row, Table
from bot.adapters.kql.errors import BadMeaning, BadQuery, BadSyntax

TIMED_OUT = "The gateway did not receive a response from the query service within the specified time period."
THROTTLED = "Rate limit is exceeded. Try again later."
TOO_LARGE = (
    "The results of this query exceed the set limit of 500000 records, so not all records were returned "
    "(E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003)."
)
WRONG_AUDIENCE = "The access token has been obtained from wrong audience or resource."

_FORBIDDEN = "The provided credentials have insufficient access to perform the requested operation"
_ORDERED = {
    401: ("InvalidTokenError", "The provided authentication token is not valid for this resource"),
    403: ("InsufficientAccessError", _FORBIDDEN),
    404: ("WorkspaceNotFoundError", "The workspace could not be found"),
    429: ("ThrottledError", THROTTLED),
    503: ("ServiceUnavailable", "The service is unavailable"),
    504: ("GatewayTimeout", TIMED_OUT),
}
_RENDER = re.compile(r"\|\s*render\s+(\w+)[^|]*$")


class ApiError(Exception):
    """An error answer."""

    def __init__(
        self, status: int, code: str, message: str, retry_after: int | None = None, inner: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after
        self.error: dict[str, Any] = {"message": message, "code": code, "correlationId": "sandbox"}
        if inner:
            self.error["innererror"] = inner

    def response(self) -> web.Response:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return web.json_response({"error": self.error}, status=self.status, headers=headers)


def ordered(status: int, retry_after: int | None) -> ApiError:
    """The service's error for a status that somebody asked for."""
    code, message = _ORDERED.get(status, ("UnknownError", f"The sandbox was told to answer {status}."))
    inner = {"code": "AuthorizationFailedError", "message": f"{_FORBIDDEN}: workspaces/query/read"}
    return ApiError(status, code, message, retry_after, inner if status == 403 else None)


def bad_argument(code: str, message: str, **more: Any) -> ApiError:
    """A request that the service will not take: 400, with what is wrong inside."""
    inner = {"code": code, "message": message, **more}
    return ApiError(400, "BadArgumentError", "The request had some invalid properties", inner=inner)


def bad_query(error: BadQuery) -> ApiError:
    """A query that is wrong: the kind of mistake, and inside it which one and where."""
    innermost: dict[str, Any] = {"code": error.code, "message": str(error)}
    if isinstance(error, BadSyntax):
        innermost |= {"line": error.line, "pos": error.position, "token": error.token}
        return bad_argument("SyntaxError", "A recognition error occurred in the query.", innererror=innermost)
    if isinstance(error, BadMeaning):
        return bad_argument("SemanticError", "A semantic error occurred.", innererror=innermost)
    return bad_argument(error.code, str(error))


def answered(table: Table, query: str, prefer: str, seconds: float) -> web.Response:
    """A table as the primary result; where rows are missing, an error stands beside it and the status is 200 still."""
    readers = [_WRITERS.get(kind) for _, kind in table.columns]
    body: dict[str, Any] = {
        "tables": [
            {
                "name": "PrimaryResult",
                "columns": [{"name": name, "type": kind} for name, kind in table.columns],
                "rows": [_row(row, readers) for row in table.rows],
            }
        ]
        if table.columns
        else []
    }
    if "include-statistics=true" in prefer:
        body["statistics"] = {
            "query": {"executionTime": seconds, "datasetStatistics": [{"tableRowCount": len(table.rows)}]}
        }
    if "include-render=true" in prefer:
        found = _RENDER.search(query)
        body["render"] = {"visualization": found[1] if found else None, "title": None, "isQuerySorted": False}
    if table.partial:
        body["error"] = _partial(table.partial)
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def empty() -> web.Response:
    """An answer without rows."""
    return web.json_response({"tables": [{"name": "PrimaryResult", "columns": [], "rows": []}]})


def _partial(reason: str) -> dict[str, Any]:
    inner = {"code": "-2133196797", "message": reason, "severity": 2, "severityName": "Error"}
    engine = {
        "code": "EngineError",
        "message": "Something went wrong processing your query on the server.",
        "innererror": inner,
    }
    return {
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [engine],
    }


def _row(row: Row, writers: list[Any]) -> list[Any]:
    return [
        value if write is None or value is None else write(value) for value, write in zip(row, writers, strict=True)
    ]


def _moment(value: datetime) -> str:
    return (
        f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond:06d}0Z" if value.microsecond else f"{value:%Y-%m-%dT%H:%M:%SZ}"
    )


def _span(value: timedelta) -> str:
    """Kusto's [-][d.]hh:mm:ss[.fffffff]."""
    whole, micro = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    days, seconds = divmod(whole, 86_400)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" + (f".{micro:06d}0" if micro else "")
    return ("-" if value < timedelta() else "") + (f"{days}." if days else "") + text


def _real(value: float) -> float | str:
    return value if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]


_WRITERS: dict[str, Any] = {"datetime": _moment, "timespan": _span, "real": _real}
