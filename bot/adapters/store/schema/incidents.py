"""Incidents, and everything that happened to them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bot.adapters.store.schema.base import Moment, metadata

# Everything that happened to an incident; `told` is what people heard of it: "card", "note", and how bad it was then.
timeline = Table(
    "timeline",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("told", Text),
)
Index("timeline_of_incident", timeline.c.incident, timeline.c.id)
Index("timeline_by_time", timeline.c.at)

incidents = Table(
    "incidents",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("likeness", Text, nullable=False, server_default=""),
)
Index("incidents_recent", incidents.c.open, incidents.c.changed_at)
Index("incidents_alike", incidents.c.likeness, incidents.c.number)
Index("incidents_same", incidents.c.fingerprint, incidents.c.number)
