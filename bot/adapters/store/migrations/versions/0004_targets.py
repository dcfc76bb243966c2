"""What failing objects are called in their target, so that people are found there too."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; what failed before has none until it fails again."""
    op.add_column("ledger", sa.Column("target_id", sa.Text, nullable=False, server_default=""))
    still_open = sa.text("cleared_at IS NULL")
    for name in ("object_id", "target_id"):
        op.create_index(f"ledger_open_{name}", "ledger", [name], sqlite_where=still_open, postgresql_where=still_open)
