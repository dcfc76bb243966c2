"""PostgreSQL: several replicas on one database. Writers follow one another, as they do on SQLite, so that what a
transaction has read is still true when it commits, whichever replica it runs on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.ports import BadSettings

WRITERS = 0x53594E43
"""The advisory lock that a writer holds; such locks are of one database, and end with the transaction."""

_LOCK = text("SELECT pg_advisory_xact_lock(:writers)")
_HELD_UP = text("""
SELECT pg_terminate_backend(lock.pid)
FROM pg_locks lock JOIN pg_stat_activity session USING (pid)
WHERE lock.locktype = 'advisory' AND lock.objid = :writers AND lock.granted AND session.application_name = :name
  AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")

# A process that stops in the middle of a transaction (a frozen machine) would hold all others up: the server ends
# its session after this long without a word.
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SERVER = {"idle_in_transaction_session_timeout": "5000", "lock_timeout": "10000", "statement_timeout": "60000"}


_KNOWN = frozenset({"host", "port", "ssl", "sslmode"})


def _address(url: str) -> URL:
    """For the driver, which calls `ssl` what everybody else calls `sslmode`. Its words are not told: they hold the password."""
    _, _, rest = url.partition("://")
    try:
        address = make_url(f"postgresql+asyncpg://{rest}")
        _check_where(address)
    except (ArgumentError, ValueError):
        raise BadSettings(
            "DATABASE_URL is no address: it must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with signs such as "
            "@ or / in the password written as %40 or %2F."
        ) from None
    if unknown := sorted(address.query.keys() - _KNOWN):
        raise BadSettings(
            f"DATABASE_URL has options that are not known here: {', '.join(unknown)}. Known are sslmode and host."
        )
    mode = address.query.get("sslmode") or address.query.get("ssl")
    if mode is not None and mode not in _MODES:
        raise BadSettings(f"The sslmode of DATABASE_URL must be one of {', '.join(_MODES)}.")
    address = address.difference_update_query(["sslmode", "ssl"])
    return address.update_query_dict({"ssl": str(mode)}) if mode else address


def _check_where(address: URL) -> None:
    """Raises ValueError for a host or a port that nothing can be connected to."""
    (address.host or "").encode("idna")
    if address.port is not None and not 0 < address.port < 65_536:
        raise ValueError("there is no such port")


class Postgresql:
    """A server; `name` is what this process's sessions are called there. Raises BadSettings where the address is none."""

    shared = True

    def __init__(self, url: str, name: str) -> None:
        self.engine = create_async_engine(
            _address(url),
            pool_size=4,
            max_overflow=0,
            connect_args={"server_settings": {**_SERVER, "application_name": name}, "timeout": 10},
        )
        event.listen(self.engine.sync_engine, "checkout", _alive)

    async def begin_writing(self, connection: AsyncConnection) -> None:
        """Wait until no other writes. Every statement after this sees all that was committed before."""
        await connection.execute(_LOCK, {"writers": WRITERS})

    async def begin_reading(self, connection: AsyncConnection) -> None:
        """A view of one moment."""
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def end_writer(self, connection: AsyncConnection, name: str) -> None:
        """End the transaction by which a replica of that name holds up all writers, if it holds them up."""
        await connection.execute(_HELD_UP, {"name": name, "writers": WRITERS})


def _alive(connection: Any, *_: object) -> None:
    """Have a connection replaced that the server has ended. Asking the server instead would be three round trips each time."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
