"""What was read from the logs, and what became of it: the ledger, counts by the hour, skips that hide trouble."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from bot.adapters.store.schema.base import Hash, Moment, metadata

# What was read: one row a source.
cursors = Table(
    "cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", Moment, nullable=False),
)

# Rows of each source that were not as they should be, by what was wrong with them; `fields` is JSON, of the last one.
broken = Table(
    "broken",
    metadata,
    Column("source", Text, primary_key=True),
    Column("why", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("unused", BigInteger, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("fields", Text, nullable=False),
)

# One row for each object that failed at least once; `key` is a hash of job, object type and object id.
ledger = Table(
    "ledger",
    metadata,
    Column("key", Hash, primary_key=True, autoincrement=False),
    Column("job_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("cleared_at", Moment),
    Column("body", LargeBinary, nullable=False),
    Column("target_id", Text, nullable=False, server_default=""),
)
Index(
    "ledger_open",
    ledger.c.job_id,
    ledger.c.cause,
    ledger.c.first_seen,
    sqlite_where=ledger.c.cleared_at.is_(None),
    postgresql_where=ledger.c.cleared_at.is_(None),
)
Index("ledger_last_seen", ledger.c.last_seen)
# Whether somebody fails who is known by an id, in the source or in the target.
for _name in ("object_id", "target_id"):
    Index(
        f"ledger_open_{_name}",
        ledger.c[_name],
        sqlite_where=ledger.c.cleared_at.is_(None),
        postgresql_where=ledger.c.cleared_at.is_(None),
    )

# When each object was last well, so that a failure that arrives late does not open what has healed since.
well = Table(
    "well",
    metadata,
    Column("key", Hash, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)

# How many rows a job had in an hour, by action, status and cause; `key` is a hash of these. `ids` holds the packed
# 64-bit hashes of the rows that were counted, so that each counts once; it is dropped when the hour is too old for rows to come, and the count stays.
hours = Table(
    "hours",
    metadata,
    Column("key", Hash, primary_key=True, autoincrement=False),
    Column("job_id", Text, nullable=False),
    Column("hour", Moment, nullable=False),
    Column("action", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("ids", LargeBinary),
)
Index("hours_by_time", hours.c.hour)
Index("hours_of_job", hours.c.job_id, hours.c.hour)
Index("hours_by_status", hours.c.status, hours.c.hour)
Index("hours_by_action", hours.c.action, hours.c.hour)

# What a job does on other days, made anew every hour from the hours.
usuals = Table(
    "usuals", metadata, Column("job_id", Text, primary_key=True), Column("body", LargeBinary, nullable=False)
)

# The newest row of each job that each source has shown.
arrivals = Table(
    "arrivals",
    metadata,
    Column("source", Text, primary_key=True),
    Column("job_id", Text, primary_key=True),
    Column("newest", Moment, nullable=False),
)

# The beginning of the first cycle of a job that exported something of which no source has shown a row yet.
owed = Table("owed", metadata, Column("job_id", Text, primary_key=True), Column("at", Moment, nullable=False))

# Skips that hide trouble, by object; as the ledger, but nothing fails.
warnings = Table(
    "warnings",
    metadata,
    Column("key", Hash, primary_key=True, autoincrement=False),
    Column("job_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("cleared_at", Moment),
    Column("body", LargeBinary, nullable=False),
)
Index(
    "warnings_open",
    warnings.c.job_id,
    warnings.c.cause,
    sqlite_where=warnings.c.cleared_at.is_(None),
    postgresql_where=warnings.c.cleared_at.is_(None),
)

audits = Table(
    "audits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("audits_by_time", audits.c.at)
