"""How people want to be told, what is held back for them and in storms, who is on call, and posts that live on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables, and what a post needs that is brought up to date."""
    op.create_table(
        "preferences",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "held",
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("held_of_incident", "held", ["incident"])
    untold = sa.text("digest = ''")
    op.create_index("held_untold", "held", ["conversation_id"], sqlite_where=untold, postgresql_where=untold)
    op.create_table(
        "said",
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    for name in ("revision", "shown"):
        op.add_column("posts", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in ("activity_id", "thread_id"):
        op.add_column("posts", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("notes", sa.Column("mention", sa.Text, nullable=False, server_default=""))
    behind = sa.text("revision > shown")
    op.create_index("posts_behind", "posts", ["id"], sqlite_where=behind, postgresql_where=behind)
