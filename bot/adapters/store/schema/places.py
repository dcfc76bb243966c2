"""Where the bot may speak, who hears of what there, and who people are."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bot.adapters.store.schema.base import Moment, metadata

# Everybody who ever spoke to the bot, so that incidents can be given to them by name.
persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("mri", Text, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Who hears of what, as people said it in chat; `matchers` and `mention` are JSON. A number is never given twice.
routes = Table(
    "routes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("matchers", Text, nullable=False),
    Column("mention", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", Moment),
    sqlite_autoincrement=True,
)
Index("routes_once", routes.c.receiver, routes.c.matchers, unique=True)

confirmations = Table(
    "confirmations",
    metadata,
    Column("token", Text, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# How people want to be told in their own chat.
preferences = Table(
    "preferences",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Who is on call by what was said in chat, in one row; without it, the settings say who is.
duty = Table(
    "duty",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)
Index("audit_by_time", audit.c.at, audit.c.id)
