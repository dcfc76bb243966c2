"""What is around the jobs: secrets and certificates of their applications, whether saved credentials are good, and more."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.app_owners import app_owners
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.reading import moment
from bot.adapters.graph.role_holders import role_holders
from bot.adapters.graph.schemas import schema
from bot.adapters.graph.scoped_groups import groups
from bot.adapters.graph.wire import Wire
from bot.adapters.wording import clean
from bot.model import Credential, FoundGroup, Job, Schema, ScopedGroup

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)

_READ = "Application.Read.All"
_CHECK = "Synchronization.ReadWrite.All"
_SELECT = "$select=id,appId,displayName,passwordCredentials,keyCredentials"
_SECRET, _CERTIFICATE = "client secret", "certificate"


class _Key(Wire, frozen=True, kw_only=True):
    """passwordCredential or keyCredential; what is secret in it is not read."""

    key_id: str | None = None
    display_name: str | None = None
    end_date_time: str | None = None
    custom_key_identifier: str | None = None


class _Owner(Wire, frozen=True, kw_only=True):
    id: str | None = None
    app_id: str | None = None
    display_name: str | None = None
    password_credentials: list[_Key] | None = None
    key_credentials: list[_Key] | None = None


class _Owners(Wire, frozen=True, kw_only=True):
    value: list[_Owner] | None = None


class GraphDirectory:
    """Port `Directory`."""

    def __init__(self, client: GraphClient, *, app_id: str) -> None:
        self._client = client
        self._app_id = app_id
        self._may_check = True
        self._told: set[str] = set()

    async def credentials(self, jobs: Sequence[Job]) -> Sequence[Credential]:
        """Those of the jobs' applications and service principals, and the bot's own. Raises SourceDown."""
        principals = sorted({job.service_principal for job in jobs if job.service_principal})
        applications = sorted({job.app_id for job in jobs if job.app_id} | {self._app_id})
        paths = [f"/servicePrincipals/{quote(one, safe='')}?{_SELECT}" for one in principals]
        paths += [f"/applications?$filter=appId eq '{quote(one, safe='')}'&{_SELECT}" for one in applications]
        answers = await batch.get_all(self._client, paths, needs=_READ)
        if (error := next((a.error for a in answers if a.error and a.error.status != 404), None)) is not None:
            raise error
        single = [_owner(answer) for answer in answers[: len(principals)]]
        listed = [owner for answer in answers[len(principals) :] for owner in _owners(answer)]
        return tuple(_distinct(each for owner in (*single, *listed) for each in self._of(owner, jobs)))

    async def check(self, job: Job) -> str | None:
        """Graph's words about saved credentials that are not good; "" for good ones. Raises SourceDown.

        None where the bot may only read: asking takes the permission that restarting does.
        """
        if not self._may_check:
            return None
        path = (
            f"/servicePrincipals/{quote(job.service_principal, safe='')}/synchronization/jobs/{quote(job.id, safe='')}"
        )
        try:
            await self._client.post(f"{path}/validateCredentials", {"useSavedCredentials": True}, needs=_CHECK)
        except GraphDown as error:
            if error.status == 400:
                return f"{error.code}: {error.words}".strip(": ") or "400"
            if error.status == 404:
                return ""
            if error.status in (401, 403):
                self._may_check = False
                log.warning("saved credentials are not checked: %s", error)
                return None
            raise
        return ""

    async def schema(self, job: Job) -> Schema | None:
        """The version of the job's schema and the groups of its filters; None without permission. Raises SourceDown."""
        try:
            return await schema(self._client, job)
        except GraphDown as error:
            if error.status not in (401, 403):
                raise
            self._tell_once("the schemas of the jobs are not looked at: %s", error)
            return None

    async def groups(self, job: Job, named: Sequence[str], known: Sequence[ScopedGroup]) -> Sequence[FoundGroup]:
        """The groups in the job's scope, and those of the known that are gone. Raises SourceDown."""
        return await groups(self._client, job, named, known)

    async def owners(self, jobs: Sequence[Job]) -> Mapping[str, Set[str]] | None:
        """Ids of the owners of each job's application; None without the permission. Raises SourceDown."""
        try:
            return await app_owners(self._client, jobs)
        except GraphDown as error:
            if error.status not in (401, 403):
                raise
            self._tell_once("who owns the jobs' applications is not known: %s", error)
            return None

    async def role_holders(self) -> Set[str] | None:
        """Ids of the people who hold a directory role; None without the permission. Raises SourceDown."""
        try:
            return await role_holders(self._client)
        except GraphDown as error:
            if error.status not in (401, 403):
                raise
            self._tell_once("who holds a directory role is not known, and severities do without it: %s", error)
            return None

    def _tell_once(self, text: str, error: GraphDown) -> None:
        if text not in self._told:
            log.warning(text, error)
        self._told.add(text)

    def _of(self, owner: _Owner, jobs: Sequence[Job]) -> Iterator[Credential]:
        tied = tuple(job.id for job in jobs if owner.app_id and job.app_id == owner.app_id)
        tied = tied or tuple(job.id for job in jobs if owner.id and job.service_principal == owner.id)
        for kind, keys in ((_SECRET, owner.password_credentials), (_CERTIFICATE, owner.key_credentials)):
            for key in keys or ():
                if (ends := _ends(key)) is not None:
                    yield Credential(
                        # A certificate for signing is there twice, and once more as a password, by one identifier.
                        id=clean(key.custom_key_identifier or key.key_id),
                        kind=kind,
                        name=clean(key.display_name),
                        owner=clean(owner.display_name),
                        expires_at=ends,
                        jobs=tied,
                        own=owner.app_id == self._app_id,
                    )


def _ends(key: _Key) -> datetime | None:
    found = moment(key.end_date_time)
    return found if found is not None and found.year < 9999 else None


def _owner(answer: batch.Found) -> _Owner:
    try:
        return _Owner() if answer.error else lenient.decode(answer.body, _Owner)
    except lenient.Unreadable:
        raise GraphDown("Microsoft Graph's answer about an application is not the JSON that it should be.") from None


def _owners(answer: batch.Found) -> list[_Owner]:
    try:
        return [] if answer.error else lenient.decode(answer.body, _Owners).value or []
    except lenient.Unreadable:
        raise GraphDown("Microsoft Graph's answer about applications is not the JSON that it should be.") from None


def _distinct(found: Iterable[Credential]) -> Iterator[Credential]:
    """Each once; of a certificate and its password, the certificate."""
    by_id: dict[str, Credential] = {}
    for each in found:
        if each.id not in by_id or each.kind == _CERTIFICATE:
            by_id[each.id] = each
    yield from by_id.values()
