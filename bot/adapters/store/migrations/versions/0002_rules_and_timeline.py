"""What more rules look at, and what happened to an incident."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_HASH = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, and a column by which incidents that are alike are found."""
    op.create_table(
        "hours",
        sa.Column("key", _HASH, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("ids", sa.LargeBinary),
    )
    op.create_index("hours_by_time", "hours", ["hour"])
    op.create_index("hours_of_job", "hours", ["job_id", "hour"])
    op.create_index("hours_by_status", "hours", ["status", "hour"])
    op.create_index("hours_by_action", "hours", ["action", "hour"])
    op.create_table(
        "usuals", sa.Column("job_id", sa.Text, primary_key=True), sa.Column("body", sa.LargeBinary, nullable=False)
    )
    op.create_table(
        "owed", sa.Column("job_id", sa.Text, primary_key=True), sa.Column("at", sa.BigInteger, nullable=False)
    )
    op.create_table(
        "arrivals",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("job_id", sa.Text, primary_key=True),
        sa.Column("newest", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "warnings",
        sa.Column("key", _HASH, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("cleared_at", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    still_open = sa.text("cleared_at IS NULL")
    op.create_index(
        "warnings_open", "warnings", ["job_id", "cause"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_table(
        "audits",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("audits_by_time", "audits", ["at"])
    op.create_table(
        "memories", sa.Column("job_id", sa.Text, primary_key=True), sa.Column("body", sa.LargeBinary, nullable=False)
    )
    op.create_table(
        "tokens",
        sa.Column("job_id", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "checks",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("job_id", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("timeline_of_incident", "timeline", ["incident", "id"])
    op.add_column("incidents", sa.Column("likeness", sa.Text, nullable=False, server_default=""))
    op.create_index("incidents_alike", "incidents", ["likeness", "number"])
    op.create_index("incidents_same", "incidents", ["fingerprint", "number"])
    op.create_table(
        "persons",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mri", sa.Text, nullable=False),
    )
