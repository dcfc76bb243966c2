"""Alembic's entry: runs the migrations on the connection that bot.adapters.store.migrate hands over."""

from alembic import context

from bot.adapters.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
