"""Who speaks to the bot and what they asked for: people, confirmations that wait, and the audit trail."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.schema import audit, confirmations, persons
from bot.adapters.store.sql import pack, upsert
from bot.model import AuditEntry, Confirmation, Person

_confirmation = msgspec.msgpack.Decoder(Confirmation).decode


class People:
    """People, confirmations and the audit trail."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def meet(self, person: Person) -> None:
        """Remember somebody, under the newest name."""
        row = {"id": person.id, "name": person.name, "mri": person.mri}
        await upsert(self._connection, persons, [row], key="id")

    async def met(self) -> list[Person]:
        """Everybody who ever spoke to the bot."""
        rows = await self._connection.execute(select(persons).order_by(persons.c.name))
        return [Person(id=row.id, name=row.name, mri=row.mri) for row in rows]

    async def ask(self, confirmation: Confirmation) -> None:
        await self._connection.execute(
            confirmations.insert().values(
                token=confirmation.token, expires_at=confirmation.expires_at, body=pack(confirmation)
            )
        )

    async def asked(self, token: str) -> Confirmation | None:
        """The confirmation that waits under a token, if it was neither used nor forgotten."""
        found = await self._connection.execute(select(confirmations.c.body).where(confirmations.c.token == token))
        body = found.scalar()
        return None if body is None else _confirmation(body)

    async def take(self, token: str) -> bool:
        """Use a token up; False when somebody else was first. This is what makes a confirmed command run once."""
        result = await self._connection.execute(delete(confirmations).where(confirmations.c.token == token))
        return result.rowcount == 1

    async def forget(self, before: datetime) -> None:
        """Forget the confirmations that nobody gave in time; the audit trail keeps that they expired."""
        late = confirmations.c.expires_at < before
        rows = await self._connection.execute(select(confirmations.c.body).where(late))
        for waiting in map(_confirmation, rows.scalars().all()):
            await self.record(
                AuditEntry(
                    at=waiting.expires_at,
                    person=waiting.person,
                    conversation_id=waiting.conversation_id,
                    command=waiting.command,
                    words=waiting.words,
                    outcome="expired",
                )
            )
        await self._connection.execute(delete(confirmations).where(late))

    async def record(self, entry: AuditEntry) -> None:
        await self._connection.execute(
            audit.insert().values(
                at=entry.at,
                person_id=entry.person.id,
                person_name=entry.person.name,
                conversation_id=entry.conversation_id,
                command=entry.command,
                words=entry.words,
                outcome=entry.outcome,
            )
        )

    async def trail(
        self,
        limit: int = 100,
        *,
        since: datetime | None = None,
        person: str = "",
        word: str = "",
        outcome: str = "",
        skip: int = 0,
    ) -> list[AuditEntry]:
        """The newest entries of the audit trail, newest first: of one person, with one of their words, that ended so."""
        wanted = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit).offset(skip)
        if since is not None:
            wanted = wanted.where(audit.c.at >= since)
        if person:
            wanted = wanted.where(audit.c.person_id == person)
        if outcome:
            wanted = wanted.where(audit.c.outcome == outcome)
        if word:
            wanted = wanted.where((literal(" ") + audit.c.words + " ").contains(f" {word} ", autoescape=True))
        rows = await self._connection.execute(wanted)
        return [
            AuditEntry(
                at=row.at,
                person=Person(id=row.person_id, name=row.person_name),
                conversation_id=row.conversation_id,
                command=row.command,
                words=row.words,
                outcome=row.outcome,
            )
            for row in rows
        ]
