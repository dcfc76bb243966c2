"""The jobs, and what slow looks around them found."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table, Text

from bot.adapters.store.schema.base import Moment, metadata

memories = Table(
    "memories", metadata, Column("job_id", Text, primary_key=True), Column("body", LargeBinary, nullable=False)
)

# What an administrator told of a job's SCIM token, which Graph cannot date.
tokens = Table(
    "tokens",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", Moment, nullable=False),
)

# What slow looks around the jobs found last, by what it is and by job ("" for all of them).
checks = Table(
    "checks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("job_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

jobs = Table("jobs", metadata, Column("id", Text, primary_key=True), Column("body", LargeBinary, nullable=False))

# Alerts that Azure Monitor's action groups handed in, by alert instance; those of a series follow one another by `at`.
azure_alerts = Table(
    "azure_alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("series", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("azure_alerts_of_series", azure_alerts.c.series, azure_alerts.c.at)
Index("azure_alerts_open", azure_alerts.c.open)
Index("azure_alerts_heard", azure_alerts.c.heard_at)
