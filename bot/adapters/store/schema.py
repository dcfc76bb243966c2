"""The tables; migrations/ brings a database to them, and a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, Text, types

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """A time as it is stored."""
    return (at - EPOCH) // MICROSECOND


class Moment(types.TypeDecorator[datetime]):
    """An aware datetime in UTC as microseconds since 1970: exact, sortable, and alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


Hash = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits that name a row. SQLite keeps a table in the order of an INTEGER key; for a BIGINT it would keep an index beside it."""

metadata = MetaData()

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

# Everything that happened to an incident.
timeline = Table(
    "timeline",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)
Index("timeline_of_incident", timeline.c.incident, timeline.c.id)

jobs = Table("jobs", metadata, Column("id", Text, primary_key=True), Column("body", LargeBinary, nullable=False))

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

# Everybody who ever spoke to the bot, so that incidents can be given to them by name.
persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("mri", Text, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("watching", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# The living cards: the revision each should show, the one it shows, and where it stands. `sending` is set before a
# post and cleared after it; found set at the next start it means that the post's outcome is not known.
cards = Table(
    "cards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("activity_id", Text, nullable=False, server_default=""),
    Column("thread_id", Text, nullable=False, server_default=""),
    Column("sending", Boolean, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("dead", Text, nullable=False, server_default=""),
)
Index("cards_of_incident", cards.c.incident, cards.c.conversation_id, unique=True)
Index(
    "cards_due",
    cards.c.id,
    sqlite_where=cards.c.wanted > cards.c.shown,
    postgresql_where=cards.c.wanted > cards.c.shown,
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("done", Boolean, nullable=False, server_default="0"),
    Column("sending", Boolean, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("dead", Text, nullable=False, server_default=""),
)
Index("notes_due", notes.c.done, notes.c.id)

confirmations = Table(
    "confirmations",
    metadata,
    Column("token", Text, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

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

# Conversations that want a digest, how often, and when the next is due.
digests = Table(
    "digests",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("every", Text, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("asked_by", Text, nullable=False),
)

# Cards that are posted once and stay as they are; `key` says what each is, so that it is there only once.
posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("summary", Text, nullable=False),
    Column("marker", Text, nullable=False),
    Column("done", Boolean, nullable=False, server_default="0"),
    Column("sending", Boolean, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("dead", Text, nullable=False, server_default=""),
)
Index("posts_once", posts.c.conversation_id, posts.c.key, unique=True)
Index("posts_due", posts.c.done, posts.c.id)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)

# Who leads, in one row: `epoch` grows with each leader, `until` is by the database's clock. `wakes` and `looks` are
# raised by replicas that do not lead, to tell the leader that there is something to deliver or to look at.
leader = Table(
    "leader",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("wakes", BigInteger, nullable=False, server_default="0"),
    Column("looks", BigInteger, nullable=False, server_default="0"),
)
