"""The audit trail is read by time, at every look: what the bot did itself is no change by a stranger."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the index."""
    op.create_index("audit_by_time", "audit", ["at", "id"])
