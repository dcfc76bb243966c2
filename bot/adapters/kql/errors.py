"""What can be wrong with a query, in the words and codes of the Log Analytics service."""

from __future__ import annotations

from bot.ports import Refusal


class BadQuery(Refusal):
    """A query that cannot be run; the text is for the person who wrote it."""

    code = "General_BadRequest"


class BadSyntax(BadQuery):
    """The text is not KQL; `line` counts from 1 and `position` from 0, as the service does."""

    code = "SYN0002"

    def __init__(self, token: str, line: int, position: int) -> None:
        super().__init__(f"Query could not be parsed at '{token}' on line [{line},{position}]")
        self.token, self.line, self.position = token, line, position


class BadMeaning(BadQuery):
    """A name that is not there, or types that do not go together."""

    code = "SEM0100"


class Unsupported(BadQuery):
    """KQL that is right but that the local engine does not speak."""

    code = "Unsupported"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported by the local log store; write the query without it.")


class TooDear(BadQuery):
    """A query that asks for more memory, time or room than it may have."""

    code = "E_RUNAWAY_QUERY"


class TimedOut(TooDear):
    """A query that ran out of time."""

    code = "GatewayTimeout"
