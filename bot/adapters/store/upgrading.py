"""Bringing a database to the newest schema, or making it."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.identity import Identity
from bot.adapters.store.schema import metadata
from bot.ports import BadSettings

HEAD = "0012"


async def bring_up_to_date(connection: AsyncConnection) -> None:
    """Make all tables of a new database, and its mark; change those of an old one. In the caller's transaction.

    Raises BadSettings where it is of a newer Syncwatch.
    """
    now = await revision(connection)
    refuse_newer(now)
    if not now:
        await connection.run_sync(_create)
        await Identity(connection).make()
    elif now != HEAD:
        # Alembic costs a quarter of a second and ten megabytes, so only a database that is behind pays for it.
        from bot.adapters.store.migrate import upgrade

        await connection.run_sync(upgrade)


def refuse_newer(now: str) -> None:
    """Raises BadSettings where tables of that revision are a newer Syncwatch's."""
    if now > HEAD:
        raise BadSettings(
            f"The database of DATABASE_URL is of a newer Syncwatch ({now}, this one knows {HEAD}): "
            "run the newer one, or name another database."
        )


async def revision(connection: AsyncConnection) -> str:
    """How new its tables are; "" where there are none."""
    return await connection.run_sync(_revision)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _create(connection: Connection) -> None:
    """Make all tables as they are now, and note for alembic how new they are."""
    metadata.create_all(connection)
    connection.execute(
        text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
