"""What goes wrong with Log Analytics, in words: what the SDK raises, and what the service answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from bot.adapters import signin
from bot.adapters.log_answers import said_in
from bot.adapters.wording import clean, retry_after
from bot.ports import SourceDown


class LogsDown(SourceDown):
    """The workspace gave no answer that can be used; `status` is 0 where none came."""

    def __init__(self, text: str, *, status: int = 0, after: float | None = None) -> None:
        super().__init__(text, after)
        self.status = status


class PartialAnswer(LogsDown):
    """The workspace cut its answer short: it was too large, or took too long. Ask for less."""


def translated(error: Exception, url: str) -> Exception:
    """What an error of a call to an address means; one that is a fault of ours comes back as it is."""
    from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

    if isinstance(error, json.JSONDecodeError):
        return LogsDown("Log Analytics answered with something that is not JSON, as a gateway in trouble does.")
    if isinstance(error, HttpResponseError) and error.response is not None and not _from_login(error):
        return _answered(int(error.status_code or 0), error.response)
    host = urlsplit(url).netloc
    if isinstance(error, ServiceResponseError | TimeoutError):
        return LogsDown(f"Log Analytics at {host} did not answer in time, or broke the connection off.")
    if isinstance(error, ServiceRequestError):
        return _unreachable(error, url)
    if isinstance(error, AttributeError | KeyError | TypeError):
        # What the SDK raises where the JSON is not the one it expects.
        return LogsDown("Log Analytics answered with JSON that is not an answer to a query.")
    return signin.explain(error, "Log Analytics") or error


def _unreachable(error: Exception, url: str) -> SourceDown:
    import aiohttp

    inner, host = getattr(error, "inner_exception", None), urlsplit(url).netloc
    if isinstance(inner, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError) and not isinstance(
        inner, aiohttp.ClientConnectorError
    ):
        return LogsDown(f"Log Analytics at {host} broke the connection off.")
    if isinstance(inner, aiohttp.ClientConnectorError) and inner.host not in url:
        return SourceDown("Log Analytics cannot be read: the sign-in service could not be reached.")
    if isinstance(inner, aiohttp.ClientConnectorCertificateError):
        return LogsDown(f"Log Analytics at {host} shows a certificate that is not trusted; see CA_FILE.")
    reason = inner.strerror if isinstance(inner, aiohttp.ClientConnectorError) else str(error)
    return LogsDown(f"Log Analytics at {host} cannot be reached ({clean(reason)}).")


def _from_login(error: Any) -> bool:
    """The credential raises the same kind of error with the login service's answer."""
    return "/oauth2/" in str(getattr(getattr(error.response, "request", None), "url", ""))


def _answered(status: int, response: Any) -> LogsDown:
    words = clean(said_in(response))
    said = f"{status}: {words}" if words else str(status)
    after = retry_after(response.headers)
    if status in (401, 403):
        text = f"Log Analytics refused ({said}). The app registration needs the role Log Analytics Reader on the workspace."
    elif status == 404:
        text = f"Log Analytics knows no workspace by the id in WORKSPACE_ID ({said})."
    elif status == 429:
        text = f"Log Analytics asks for fewer queries ({said})."
    elif status == 504:
        text = f"The query took Log Analytics too long ({said})."
    elif status >= 500:
        text = f"Log Analytics has a fault of its own ({said})."
    else:
        text = f"Log Analytics did not accept the query ({said})."
    return LogsDown(text, status=status, after=after)
