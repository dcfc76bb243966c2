"""Ports of Microsoft Graph: the jobs, what the directory says around them, and what the bot may do there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from bot.model import (
    Conversation,
    Credential,
    DirectoryObject,
    FoundGroup,
    Grant,
    Job,
    RestartScope,
    Schema,
    ScopedGroup,
    ServiceFault,
    SyncConflict,
)


class Directory(Protocol):
    """What the directory says around the jobs. Every verb raises SourceDown."""

    async def credentials(self, jobs: Sequence[Job]) -> Sequence[Credential]:
        """Secrets and certificates that the jobs, or the bot itself, stop with."""
        ...

    async def check(self, job: Job) -> str | None:
        """What is said of the job's saved credentials if they are not good; "" for good ones, None if it may not ask."""
        ...

    async def schema(self, job: Job) -> Schema | None:
        """The version of the job's schema and the groups that its filters name; None if it may not ask, or there is none."""
        ...

    async def groups(self, job: Job, named: Sequence[str], known: Sequence[ScopedGroup]) -> Sequence[FoundGroup]:
        """The groups that are assigned to the job's application or named by its filters, and the known ones that are gone."""
        ...

    async def owners(self, jobs: Sequence[Job]) -> Mapping[str, Set[str]] | None:
        """Object ids of the owners of each job's application, by job; None if it may not ask."""
        ...

    async def role_holders(self) -> Set[str] | None:
        """Ids of the people who hold a directory role, by themselves or through a group; None if it may not ask."""
        ...


class Permissions(Protocol):
    """What the app registration may do in Graph."""

    async def grants(
        self, jobs: Sequence[Job], watching: Sequence[Conversation], answering: Collection[str]
    ) -> Sequence[Grant]:
        """Each permission that is used, and whether it is there; tried on a job and on conversations that are known.

        `answering` names sources that answer just now, which proves theirs. It never raises.
        """
        ...


class Hybrid(Protocol):
    """The sync with Active Directory. Every verb raises SourceDown."""

    async def age(self) -> tuple[bool | None, datetime | None, datetime | None]:
        """Whether the tenant is synchronized, when it was last, and when its password hashes were."""
        ...

    async def conflicts(self, known: Sequence[SyncConflict]) -> Sequence[SyncConflict]:
        """Values that were not taken over; what is known of their owners is not asked again."""
        ...

    async def faults(self) -> tuple[Sequence[ServiceFault], bool]:
        """What services did not take over, and whether there are more objects than were looked at."""
        ...

    async def find(self, who: str) -> Sequence[DirectoryObject]:
        """The users and groups that are meant, with where they come from."""
        ...


class Jobs(Protocol):
    """The synchronization jobs of the tenant. Every verb raises Refusal (with Graph's own words) or SourceDown."""

    async def list(self) -> Sequence[Job]:
        """All jobs with their present state, discovered again from time to time."""
        ...

    async def get(self, job: Job) -> Job:
        """One job, read now."""
        ...

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        """Ids of those jobs of which Graph says, asked for each by itself, that there is no such job."""
        ...

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None: ...

    async def start(self, job: Job) -> None: ...

    async def pause(self, job: Job) -> None: ...
