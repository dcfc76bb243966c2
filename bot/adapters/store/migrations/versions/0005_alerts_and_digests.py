"""Alerts from Azure Monitor; digests, and cards that are posted once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "azure_alerts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("azure_alerts_of_series", "azure_alerts", ["series", "at"])
    op.create_index("azure_alerts_open", "azure_alerts", ["open"])
    op.create_index("azure_alerts_heard", "azure_alerts", ["heard_at"])
    op.create_table(
        "digests",
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("every", sa.Text, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("card", sa.LargeBinary, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("marker", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("sending", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("dead", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("posts_once", "posts", ["conversation_id", "key"], unique=True)
    op.create_index("posts_due", "posts", ["done", "id"])
