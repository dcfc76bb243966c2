"""When credentials end, as the directory says and as people told, and whether the jobs' saved ones are good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.hybrid import KIND, sync_of
from bot.adapters.store.schema import checks, tokens
from bot.adapters.store.sql import insert, pack
from bot.model import Credential, CredentialCheck, DirectoryState, Schema, ScopedGroup

_credentials = msgspec.msgpack.Decoder(tuple[Credential, ...]).decode
_check = msgspec.msgpack.Decoder(CredentialCheck).decode
_ALL = "credentials"
_ONE = "check"
_GROUPS = "groups"
_ROLES = "roles"
_SCHEMA = "schema"
_OWNERS = "owners"
_groups = msgspec.msgpack.Decoder(tuple[ScopedGroup, ...]).decode
_schema = msgspec.msgpack.Decoder(Schema).decode
_owners = msgspec.msgpack.Decoder(dict[str, frozenset[str]]).decode
_roles = msgspec.msgpack.Decoder(frozenset[str] | None).decode

_LOOKED_AT = (_ALL, _ONE, _GROUPS, _SCHEMA, _ROLES, KIND)
_STATE = select(checks.c.kind, checks.c.job_id, checks.c.body).where(checks.c.kind.in_(_LOOKED_AT))


class Credentials:
    """What is known of secrets, certificates and tokens; never the secrets themselves."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, found: Iterable[Credential]) -> None:
        """Replace what the directory said before."""
        await self._put(_ALL, "", pack(tuple(found)))

    async def all(self) -> tuple[Credential, ...] | None:
        """What the directory said last; None before it was asked."""
        bodies = await self._bodies(_ALL)
        return _credentials(bodies[0]) if bodies else None

    async def state(self) -> DirectoryState:
        """All that rules look at, in one question: it is asked at every look."""
        found: dict[str, dict[str, bytes]] = {kind: {} for kind in _LOOKED_AT}
        for kind, job_id, body in await self._connection.execute(_STATE):
            found[kind][job_id] = body
        known, roles, sync = (found[kind].get("") for kind in (_ALL, _ROLES, KIND))
        return DirectoryState(
            credentials=None if known is None else _credentials(known),
            checks={job_id: _check(body) for job_id, body in found[_ONE].items()},
            groups={job_id: _groups(body) for job_id, body in found[_GROUPS].items()},
            schemas={job_id: _schema(body) for job_id, body in found[_SCHEMA].items()},
            roles=None if roles is None else _roles(roles),
            sync=None if sync is None else sync_of(sync),
        )

    async def save_check(self, check: CredentialCheck) -> None:
        await self._put(_ONE, check.job_id, pack(check))

    async def checks(self) -> dict[str, CredentialCheck]:
        """The last check of each job."""
        return {check.job_id: check for check in map(_check, await self._bodies(_ONE))}

    async def save_groups(self, job_id: str, found: Iterable[ScopedGroup]) -> None:
        await self._put(_GROUPS, job_id, pack(tuple(found)))

    async def groups(self) -> dict[str, tuple[ScopedGroup, ...]]:
        """What is remembered of the groups in each job's scope."""
        rows = await self._connection.execute(select(checks.c.job_id, checks.c.body).where(checks.c.kind == _GROUPS))
        return {job_id: _groups(body) for job_id, body in rows}

    async def save_schema(self, schema: Schema) -> None:
        await self._put(_SCHEMA, schema.job_id, pack(schema))

    async def schemas(self) -> dict[str, Schema]:
        """The schema of each job, as it was seen last."""
        return {each.job_id: each for each in map(_schema, await self._bodies(_SCHEMA))}

    async def save_roles(self, holders: Iterable[str] | None) -> None:
        """Replace what is known of who holds a directory role; None where that may not be known."""
        await self._put(_ROLES, "", pack(None if holders is None else sorted(holders)))

    async def save_owners(self, found: Mapping[str, Iterable[str]] | None) -> None:
        """Replace what is known of who owns the jobs' applications; None where that may not be known."""
        owners = {} if found is None else {job_id: sorted(ids) for job_id, ids in found.items()}
        await self._put(_OWNERS, "", pack(owners))

    async def owners(self) -> dict[str, frozenset[str]]:
        """Object ids of the owners of each job's application; a job that is not in it is one whose owners are not known."""
        bodies = await self._bodies(_OWNERS)
        return _owners(bodies[0]) if bodies else {}

    async def tell_token(self, job_id: str, expires_at: datetime, by: str, now: datetime) -> None:
        """Remember when a job's SCIM token ends; what was told before is replaced."""
        told = {"expires_at": expires_at, "told_by": by, "told_at": now}
        statement = insert(self._connection, tokens).values(job_id=job_id, **told)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["job_id"], set_=told))

    async def tokens(self) -> dict[str, datetime]:
        """When the SCIM tokens end that people told of, by job."""
        rows = await self._connection.execute(select(tokens.c.job_id, tokens.c.expires_at))
        return {row.job_id: row.expires_at for row in rows}

    async def forget_token(self, job_id: str) -> None:
        await self._connection.execute(delete(tokens).where(tokens.c.job_id == job_id))

    async def keep(self, job_ids: Iterable[str]) -> None:
        """Forget what is known of jobs other than these, which nobody remembers any more; without any, nothing."""
        if kept := list(job_ids):
            await self._connection.execute(delete(checks).where(checks.c.job_id.not_in([*kept, ""])))
            await self._connection.execute(delete(tokens).where(tokens.c.job_id.not_in(kept)))

    async def _put(self, kind: str, job_id: str, body: bytes) -> None:
        statement = insert(self._connection, checks).values(kind=kind, job_id=job_id, body=body)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["kind", "job_id"], set_={"body": body})
        )

    async def _bodies(self, kind: str) -> list[bytes]:
        return list((await self._connection.execute(select(checks.c.body).where(checks.c.kind == kind))).scalars())
