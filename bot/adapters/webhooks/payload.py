"""What a generic webhook is sent, version 1: docs/webhooks.md is made of these descriptions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from bot.model import Incident, Severity, State, Value

VERSION = 1


class Event(StrEnum):
    """What a delivery is about."""

    OPENED = "opened"
    CHANGED = "changed"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    NOTE = "note"
    REPORT = "report"


class Job(Value, frozen=True, kw_only=True):
    id: Annotated[str, Meta(description="Graph's id of the synchronization job.")]
    name: Annotated[str, Meta(description="Its name.")]


class Cause(Value, frozen=True, kw_only=True):
    code: Annotated[str, Meta(description="Error code, without the connector's prefix.")]
    attribute: Annotated[str, Meta(description="The attribute in conflict, or empty.")]


class Counts(Value, frozen=True, kw_only=True):
    now: Annotated[int, Meta(description="Objects that are hit now.")]
    most: Annotated[int, Meta(description="Objects that were hit at its worst.")]
    reopened: Annotated[int, Meta(description="How often it came back.")]


class Link(Value, frozen=True, kw_only=True):
    text: Annotated[str, Meta(description="What the page shows.")]
    url: Annotated[str, Meta(description="Its address.")]


class Told(Value, frozen=True, kw_only=True):
    """The incident as it is now."""

    number: Annotated[int, Meta(description="Its number, which people name it by.")]
    revision: Annotated[int, Meta(description="Grows with every change; of two deliveries the higher one is newer.")]
    state: Annotated[State, Meta(description="open, acknowledged or resolved.")]
    severity: Annotated[Severity, Meta(description="critical, high, medium or low.")]
    title: Annotated[str, Meta(description="What is wrong, in a few words.")]
    detail: Annotated[str, Meta(description="What it means.")]
    rule: Annotated[str, Meta(description="The rule that found it.")]
    fingerprint: Annotated[str, Meta(description="Rule, job and cause: the same trouble has the same one again.")]
    job: Annotated[Job | None, Meta(description="The job, or null where it is about the tenant.")]
    cause: Annotated[Cause | None, Meta(description="What the failures have in common, or null.")]
    counts: Annotated[Counts, Meta(description="How many objects it is about.")]
    opened_at: Annotated[datetime, Meta(description="When it was opened.")]
    changed_at: Annotated[datetime, Meta(description="When it changed last.")]
    resolved_at: Annotated[datetime | None, Meta(description="When it was over, or null.")]
    first_seen: Annotated[datetime | None, Meta(description="When the trouble began, as far as the log knows.")]
    last_seen: Annotated[datetime | None, Meta(description="When it was seen last.")]
    acknowledged_by: Annotated[str, Meta(description="Who has it, or empty.")]
    acknowledged_at: Annotated[datetime | None, Meta(description="Since when, or null.")]
    assigned_to: Annotated[str, Meta(description="Whom it was given to, or empty.")]
    snoozed_until: Annotated[datetime | None, Meta(description="Until when it is silenced, or null.")]
    ended: Annotated[str, Meta(description="How it came to be over, where its own data do not say so.")]
    url: Annotated[str, Meta(description="The first of the links, or empty.")]
    links: Annotated[tuple[Link, ...], Meta(description="Pages that belong to it.")]


class Body(Value, frozen=True, kw_only=True):
    """One delivery."""

    version: Annotated[
        Literal[1], Meta(description="Version of this format; fields may be added within a version.")
    ] = VERSION
    event: Annotated[Event, Meta(description=f"One of {', '.join(Event)}.")]
    key: Annotated[str, Meta(description="Names the incident (or the report): the same in all that is sent of it.")]
    summary: Annotated[str, Meta(description="One plain sentence.")]
    text: Annotated[str, Meta(description="Of a note: what it says; otherwise empty.")] = ""
    incident: Annotated[Told | None, Meta(description="The incident; null for a report.")] = None
    card: Annotated[
        dict[str, Any] | UnsetType,
        Meta(
            description="An Adaptive Card: always with a report, with an incident where the webhook says `card = true`."
        ),
    ] = UNSET


def told(incident: Incident) -> Told:
    """An incident in these words. What single people fail for stays here, unless the card is sent along."""
    alert, evidence, cause = incident.alert, incident.evidence, incident.alert.cause
    links = tuple(Link(text=text, url=url) for text, url in evidence.pages)
    who = incident.assigned_to
    return Told(
        number=incident.number,
        revision=incident.revision,
        state=incident.state,
        severity=alert.severity,
        title=alert.title,
        detail=alert.detail,
        rule=alert.rule,
        fingerprint=alert.fingerprint,
        job=Job(id=alert.job_id, name=alert.job_name) if alert.job_id else None,
        cause=Cause(code=cause.code, attribute=cause.attribute) if cause else None,
        counts=Counts(now=evidence.count, most=max(incident.peak, evidence.count), reopened=incident.reopened),
        opened_at=incident.opened_at,
        changed_at=incident.changed_at,
        resolved_at=incident.resolved_at,
        first_seen=evidence.first_seen,
        last_seen=evidence.last_seen,
        acknowledged_by=incident.acknowledged_by,
        acknowledged_at=incident.acknowledged_at,
        assigned_to=(who.name or who.id) if who else "",
        snoozed_until=incident.snooze.until if incident.snooze else None,
        ended=incident.ended,
        url=links[0].url if links else "",
        links=links,
    )
