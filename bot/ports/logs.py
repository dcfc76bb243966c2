"""Ports of the logs: new rows to read, the past to ask, rows to keep."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Raw

from bot.model import AuditEvent, BrokenRow, ProvisioningEvent, Value
from bot.ports.errors import Refusal, SourceDown


class Batch(Value, frozen=True, kw_only=True):
    """Some rows of a log, and the cursor that stands for having read them. `broken` are those not as they should be."""

    events: tuple[ProvisioningEvent, ...]
    cursor: str
    broken: tuple[BrokenRow, ...] = ()


class Source(Protocol):
    """A log that can be read again and again; it may repeat rows, late rows come later."""

    name: str

    def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        """Yield what is due after `cursor` ("" at first); each batch is to be stored together with its cursor.

        Raises SourceDown.
        """
        ...


class Logs(Protocol):
    """The provisioning log's past, asked in KQL over the table AADProvisioningLogs as Log Analytics documents it."""

    @property
    def name(self) -> str: ...

    async def query(
        self, kql: str, *, timespan: tuple[datetime, datetime], about: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """The rows, as columns by name. Raises Refusal or SourceDown.

        `about` are texts, one of which stands in the identities of every row that is wanted: a home may look only there.
        """
        ...


class Question(Value, frozen=True, kw_only=True):
    """A query about a time, with the most rows and seconds that its answer may take."""

    kql: str
    timespan: tuple[datetime, datetime]
    rows: int = 5_000
    seconds: float = 60.0


class Answered(Value, frozen=True, kw_only=True):
    """Columns as (name, Kusto type) and rows; `more` says that there are rows beyond those that were asked for.

    Values: datetime (aware, UTC), timedelta, int, float, bool, str or None; dynamic is JSON as text.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False


class Tables(Protocol):
    """The tables of a log store, asked in anybody's KQL: what a query may not do is refused, whoever wrote it."""

    @property
    def name(self) -> str: ...

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        """One answer for each question, in their order; it raises nothing.

        A Refusal is the query's own fault, also where it asks for too much; a SourceDown is the store's.
        """
        ...


class Keeper(Protocol):
    """Keeps a log's rows as they came, by their id; it never raises, because the watch goes on without it."""

    async def keep(self, rows: Mapping[str, Raw]) -> None: ...

    async def keep_audits(self, rows: Mapping[str, Raw]) -> None:
        """The same for rows of the directory's audit log."""
        ...


class AuditBatch(Value, frozen=True, kw_only=True):
    """Some rows of the directory's audit log, and the cursor that stands for having read them."""

    events: tuple[AuditEvent, ...]
    cursor: str
    broken: tuple[BrokenRow, ...] = ()


class AuditSource(Protocol):
    """The directory's audit log, as far as it is about provisioning; rows may repeat."""

    name: str

    def read(self, cursor: str, now: datetime) -> AsyncIterator[AuditBatch]:
        """As `Source.read` does. Raises SourceDown."""
        ...
