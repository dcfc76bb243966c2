"""Graph's JSON as it comes: every field optional, every word text, so that nothing new from Graph stops the bot."""

from __future__ import annotations

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of what Graph sends; fields that are not named are skipped without being built."""


class Principal(Wire, frozen=True, kw_only=True):
    """A service principal: the application instance that jobs hang on."""

    id: str | None = None
    app_id: str | None = None
    display_name: str | None = None
    application_template_id: str | None = None
    homepage: str | None = None
    tags: list[str] | None = None


class Principals(Wire, frozen=True, kw_only=True):
    value: list[Principal] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class Fault(Wire, frozen=True, kw_only=True):
    """`{code, message}`: an error of a cycle, of a quarantine, or of a call."""

    code: str | None = None
    message: str | None = None


class WireExecution(Wire, frozen=True, kw_only=True):
    """synchronizationTaskExecution."""

    activity_identifier: str | None = None
    state: str | None = None
    time_began: str | None = None
    time_ended: str | None = None
    count_entitled: int | None = None
    count_imported: int | None = None
    count_exported: int | None = None
    count_escrowed: int | None = None
    error: Fault | None = None


class WireQuarantine(Wire, frozen=True, kw_only=True):
    reason: str | None = None
    current_began: str | None = None
    series_began: str | None = None
    series_count: int | None = None
    next_attempt: str | None = None
    error: Fault | None = None


class WireProgress(Wire, frozen=True, kw_only=True):
    completed_units: int | None = None
    progress_observation_date_time: str | None = None
    total_units: int | None = None


class Count(Wire, frozen=True, kw_only=True):
    key: str | None = None
    value: int | None = None


class Status(Wire, frozen=True, kw_only=True):
    """synchronizationStatus."""

    code: str | None = None
    count_successive_complete_failures: int | None = None
    escrows_pruned: bool | None = None
    last_execution: WireExecution | None = None
    last_successful_execution: WireExecution | None = None
    last_successful_execution_with_exports: WireExecution | None = None
    progress: list[WireProgress] | None = None
    quarantine: WireQuarantine | None = None
    synchronized_entry_count_by_type: list[Count] | None = None
    troubleshooting_url: str | None = None


class Schedule(Wire, frozen=True, kw_only=True):
    interval: str | None = None
    state: str | None = None


class WireJob(Wire, frozen=True, kw_only=True):
    """synchronizationJob."""

    id: str | None = None
    template_id: str | None = None
    schedule: Schedule | None = None
    status: Status | None = None


class WireJobs(Wire, frozen=True, kw_only=True):
    value: list[WireJob] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class Part(Wire, frozen=True, kw_only=True):
    """One answer of a $batch."""

    id: str | None = None
    status: int | None = None
    headers: dict[str, str] | None = None
    body: msgspec.Raw = msgspec.Raw(b"{}")


class Parts(Wire, frozen=True, kw_only=True):
    responses: list[Part] | None = None


class ErrorBody(Wire, frozen=True, kw_only=True):
    error: Fault | None = None


class Application(Wire, frozen=True, kw_only=True):
    id: str | None = None


class From(Wire, frozen=True, kw_only=True):
    application: Application | None = None


class Attachment(Wire, frozen=True, kw_only=True):
    content: str | None = None


class Body(Wire, frozen=True, kw_only=True):
    content: str | None = None


class Message(Wire, frozen=True, kw_only=True):
    """chatMessage, as far as looking for one's own message takes."""

    id: str | None = None
    sender: From | None = msgspec.field(default=None, name="from")
    body: Body | None = None
    attachments: list[Attachment] | None = None


class Messages(Wire, frozen=True, kw_only=True):
    value: list[Message] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
