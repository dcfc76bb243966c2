"""Who owns the applications that the jobs belong to, so that people can ask for their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.wire import Wire
from bot.model import Job

NEEDS = "Application.Read.All"
MOST = 100
"""Owners that an application may have, by Graph's own limit."""


class _Owner(Wire, frozen=True, kw_only=True):
    id: str | None = None


class _Owners(Wire, frozen=True, kw_only=True):
    value: list[_Owner] | None = None


async def app_owners(client: GraphClient, jobs: Sequence[Job]) -> Mapping[str, frozenset[str]]:
    """Object ids of the owners of each job's enterprise application, by job; one that is gone is left out.

    Raises GraphDown.
    """
    principals = sorted({job.service_principal for job in jobs if job.service_principal})
    paths = [f"/servicePrincipals/{quote(one, safe='')}/owners?$select=id&$top={MOST}" for one in principals]
    found = dict(zip(principals, await batch.get_all(client, paths, needs=NEEDS), strict=True))
    owners = {one: _ids(answer) for one, answer in found.items() if not _gone(answer)}
    return {job.id: owners[job.service_principal] for job in jobs if job.service_principal in owners}


def _gone(answer: batch.Found) -> bool:
    if answer.error is not None and answer.error.status != 404:
        raise answer.error
    return answer.error is not None


def _ids(answer: batch.Found) -> frozenset[str]:
    try:
        found = lenient.decode(answer.body, _Owners).value or []
    except lenient.Unreadable:
        raise GraphDown("Microsoft Graph's answer about owners is not the JSON that it should be.") from None
    return frozenset(one.id.lower() for one in found if one.id)
