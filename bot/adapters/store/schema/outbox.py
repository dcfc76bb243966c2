"""What is to be told, where it stands, and what was told."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bot.adapters.store.schema.base import Moment, attempts, metadata

# The living cards: the revision each should show, the one it shows, and where it stands. `sending` is set before a
# post and cleared after it; found set at the next start it means that the post's outcome is not known. `since` is when
# it fell behind, as in notes and posts.
cards = Table(
    "cards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("activity_id", Text, nullable=False, server_default=""),
    Column("thread_id", Text, nullable=False, server_default=""),
    *attempts(),
)
Index("cards_of_incident", cards.c.incident, cards.c.conversation_id, unique=True)
Index(
    "cards_due",
    cards.c.id,
    sqlite_where=cards.c.wanted > cards.c.shown,
    postgresql_where=cards.c.wanted > cards.c.shown,
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("done", Boolean, nullable=False, server_default="0"),
    *attempts(),
    Column("mention", Text, nullable=False, server_default=""),
)
Index("notes_due", notes.c.done, notes.c.id)

# Conversations that want a digest, how often, and when the next is due.
digests = Table(
    "digests",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("every", Text, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("asked_by", Text, nullable=False),
)

# Cards of their own; `key` says what each is, so that it is there only once. Most are posted once and stay as they are;
# those that live on are updated where they stand while they show less than their revision.
posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("summary", Text, nullable=False),
    Column("marker", Text, nullable=False),
    Column("done", Boolean, nullable=False, server_default="0"),
    *attempts(),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("activity_id", Text, nullable=False, server_default=""),
    Column("thread_id", Text, nullable=False, server_default=""),
)
Index("posts_once", posts.c.conversation_id, posts.c.key, unique=True)
Index("posts_due", posts.c.done, posts.c.id)
Index(
    "posts_behind",
    posts.c.id,
    sqlite_where=posts.c.revision > posts.c.shown,
    postgresql_where=posts.c.revision > posts.c.shown,
)

# News of incidents that a conversation was not told one by one; `digest` is the key of the post that told them together,
# "" until there is one.
held = Table(
    "held",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
Index("held_of_incident", held.c.incident)
Index(
    "held_untold",
    held.c.conversation_id,
    sqlite_where=held.c.digest == "",
    postgresql_where=held.c.digest == "",
)

# How many messages were wanted for a conversation at a time, so that storms are seen; kept for minutes.
said = Table(
    "said",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

# What was told and how it ended, written together with the outcome; `unreported` is what was given up and of which
# nobody else was told yet.
told = Table(
    "told",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Integer, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("what", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unreported", Boolean, nullable=False),
)
Index("told_of_incident", told.c.incident, told.c.id)
Index("told_unreported", told.c.id, sqlite_where=told.c.unreported, postgresql_where=told.c.unreported)
