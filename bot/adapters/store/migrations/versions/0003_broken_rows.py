"""Broken rows counted by what was wrong with them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give the counts a table of their own; what was counted before, without a reason, is let go."""
    op.create_table(
        "broken",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("unused", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
    )
    with op.batch_alter_table("cursors") as cursors:
        cursors.drop_column("broken")
