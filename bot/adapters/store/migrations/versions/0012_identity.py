"""What tells this database from every other. An old one stays without a mark: its incidents are known outside by their
numbers alone, and are to be found there under the same keys."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the one row's table, empty."""
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
    )
