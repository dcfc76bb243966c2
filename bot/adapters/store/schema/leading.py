"""What is known of the database itself: who leads on it, when the watch looked last, and what tells it from others."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from bot.adapters.store.schema.base import Moment, metadata

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

# When the watch looked last, in one row; `since` and `until` are an absence that people were not told of yet.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("since", Moment),
    Column("until", Moment),
)

# What tells this database from others, in one row; none in a database that is older than marks are.
identity = Table(
    "identity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
)
