"""Routes, in which every conversation that watches hears of everything; what each step of an incident told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table, make a route of each conversation that watches, and say no more that it does."""
    op.create_table(
        "routes",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("matchers", sa.Text, nullable=False),
        sa.Column("mention", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_by_name", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("routes_once", "routes", ["receiver", "matchers"], unique=True)
    op.execute(
        "INSERT INTO routes (receiver, matchers, mention, made_by, made_by_name) "
        "SELECT id, '{}', '[]', '', '' FROM conversations WHERE watching ORDER BY id"
    )
    op.drop_column("conversations", "watching")
    op.add_column("timeline", sa.Column("told", sa.Text))
    op.create_index("timeline_by_time", "timeline", ["at"])
