"""What was told, to whom and how it ended; since when each delivery has been due."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table and the columns; of what is due already it is not known since when."""
    op.create_table(
        "told",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("ended", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("unreported", sa.Boolean, nullable=False),
    )
    op.create_index("told_of_incident", "told", ["incident", "id"])
    op.create_index(
        "told_unreported",
        "told",
        ["id"],
        sqlite_where=sa.text("unreported"),
        postgresql_where=sa.text("unreported"),
    )
    for table in ("cards", "notes", "posts"):
        op.add_column(table, sa.Column("since", sa.BigInteger))
