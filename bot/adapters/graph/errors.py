"""Turns what the SDK raises into one sentence that says what is wrong with Graph and who can mend it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.adapters import signin
from bot.adapters.wording import clean, retry_after
from bot.ports import Refusal, SourceDown


class GraphDown(SourceDown):
    """Graph gave no answer that can be used. `status` is 0 where none came; `code` and `words` are Graph's own."""

    def __init__(
        self, text: str, *, status: int = 0, code: str = "", words: str = "", after: float | None = None
    ) -> None:
        super().__init__(text, after)
        self.status = status
        self.code = code
        self.words = words


def translate(error: Exception, *, url: str, needs: str) -> Exception:
    """The error for the core; the same one where it is a fault of ours. `needs` is the permission that a call takes."""
    import httpx
    from kiota_abstractions.api_error import APIError

    if isinstance(error, APIError):
        headers: Mapping[str, str] = dict(error.response_headers or {})
        code, words = _graphs_words(error)
        return answered(int(error.response_status_code or 0), code, words, headers, needs=needs)
    if isinstance(error, httpx.HTTPError):
        return GraphDown(f"Microsoft Graph at {urlsplit(url).netloc} {_trouble(error)}.")
    return signin.explain(error, "Microsoft Graph") or error


def answered(status: int, code: str, words: str, headers: Mapping[str, str], *, needs: str) -> GraphDown:
    """What an error status means, of a whole answer or of one part of a $batch."""
    said = f"{status} {code}".strip() + (f": {words}" if words else "")
    if status in (401, 403):
        text = f"Microsoft Graph refused ({said}). {permission(needs)}"
    elif status == 429:
        text = "Microsoft Graph asks for fewer calls (429)."
    elif status == 404:
        text = f"Microsoft Graph does not know this object ({said})."
    elif status >= 500:
        text = f"Microsoft Graph has a fault of its own ({said})."
    else:
        text = f"Microsoft Graph did not accept the call ({said})."
    return GraphDown(text, status=status, code=code, words=words, after=retry_after(headers))


def permission(needs: str) -> str:
    return (
        f"The app registration needs the application permission {needs} with admin consent."
        if needs
        else "Check the app registration's permissions and their admin consent."
    )


def as_refusal(error: GraphDown, what: str, needs: str) -> Refusal | GraphDown:
    """For a verb: what a person can fix is a reply; what only time or the network can stays GraphDown."""
    said = f"{error.status} {error.code}".strip()
    if error.status in (401, 403):
        return Refusal(f"Graph does not let the bot {what} ({said}). {permission(needs)}")
    if error.status == 404:
        return Refusal(f"Graph cannot {what}: it no longer knows that job ({said}).")
    if 400 <= error.status < 500 and error.status != 429:
        return Refusal(f"Graph did not {what} ({said}){': ' + error.words if error.words else ''}.")
    return error


def _graphs_words(error: Any) -> tuple[str, str]:
    main = getattr(error, "error", None)
    return clean(getattr(main, "code", "")), clean(getattr(main, "message", ""))


def _trouble(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return f"shows a certificate that is not trusted ({cause.verify_message}); see CA_FILE"
            cause = cause.__cause__ or cause.__context__
        return f"cannot be reached ({clean(str(error)) or type(error).__name__})"
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    return f"broke the connection off ({type(error).__name__})"
