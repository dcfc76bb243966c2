"""Secrets and certificates of the applications behind the jobs, and whether the jobs' saved credentials are good."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import Ask, GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.reading import moment
from bot.adapters.graph.wire import Wire
from bot.adapters.wording import clean
from bot.model import Credential, FoundGroup, Job

if TYPE_CHECKING:
    from datetime import datetime

    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

log = logging.getLogger(__name__)

_READ = "Application.Read.All"
_CHECK = "Synchronization.ReadWrite.All"
_GROUPS = "GroupMember.Read.All"
_MOST_PAGES = 20
_MOST_GROUPS = 100
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


class _Assignment(Wire, frozen=True, kw_only=True):
    principal_id: str | None = None
    principal_display_name: str | None = None
    principal_type: str | None = None


class _Assignments(Wire, frozen=True, kw_only=True):
    value: list[_Assignment] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Named(Wire, frozen=True, kw_only=True):
    display_name: str | None = None


class _Some(Wire, frozen=True, kw_only=True):
    value: list[msgspec.Raw] | None = None


class GraphDirectory:
    """Port `Directory`."""

    def __init__(self, client: GraphClient, *, app_id: str) -> None:
        self._client = client
        self._app_id = app_id
        self._may_check = True

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

    async def groups(self, job: Job, known: Sequence[str]) -> Sequence[FoundGroup]:
        """The groups assigned to the job's application, and those of the known that are gone. Raises SourceDown."""
        assigned = await self._assigned(job)
        asked = sorted({*assigned, *known})[:_MOST_GROUPS]
        paths = [f"/groups/{quote(one, safe='')}?$select=id,displayName" for one in asked]
        paths += [f"/groups/{quote(one, safe='')}/members?$select=id&$top=1" for one in asked]
        answers = await batch.get_all(self._client, paths, needs=_GROUPS)
        if (error := next((a.error for a in answers if a.error and a.error.status != 404), None)) is not None:
            raise error
        found: list[FoundGroup] = []
        for one, group, members in zip(asked, answers, answers[len(asked) :], strict=False):
            if group.error is not None:
                found.append(FoundGroup(id=one, name=assigned.get(one, ""), gone=True))
            elif one in assigned:
                found.append(FoundGroup(id=one, name=_name(group) or assigned[one], empty=_is_empty(members)))
        return found

    async def _assigned(self, job: Job) -> dict[str, str]:
        """Ids and names of the groups that are assigned."""
        found: dict[str, str] = {}

        def first(graph: GraphServiceClient) -> RequestInformation:
            principal = graph.service_principals.by_service_principal_id(job.service_principal)
            return principal.app_role_assigned_to.to_get_request_information()

        ask: Ask = first
        for _ in range(_MOST_PAGES):
            page = await self._client.get(ask, _Assignments, needs=_READ)
            groups = (one for one in page.value or () if (one.principal_type or "").lower() == "group")
            found |= {one.principal_id: clean(one.principal_display_name) for one in groups if one.principal_id}
            if not page.next_link:
                break
            ask = self._client.next_page(page.next_link)
        return found

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


def _name(answer: batch.Found) -> str:
    try:
        return clean(lenient.decode(answer.body, _Named).display_name)
    except lenient.Unreadable:
        return ""


def _is_empty(answer: batch.Found) -> bool:
    """Only an answer that says so: one that cannot be read is none."""
    try:
        return answer.error is None and lenient.decode(answer.body, _Some).value == []
    except lenient.Unreadable:
        return False


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
