"""The tenant's synchronization jobs: found, read in batches, started, paused and restarted through Graph."""

from __future__ import annotations

import logging
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch, reading
from bot.adapters.graph.client import Ask, GraphClient, with_json
from bot.adapters.graph.discovery import Discovery
from bot.adapters.graph.errors import GraphDown, as_refusal
from bot.adapters.graph.kinds import distinct
from bot.adapters.graph.wire import Principal, WireJob, WireJobs
from bot.model import Job, RestartScope
from bot.ports import Clock, SourceDown
from bot.restarts import reset_scope

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.generated.service_principals.item.synchronization.jobs.item.synchronization_job_item_request_builder import (
        SynchronizationJobItemRequestBuilder as JobBuilder,
    )
    from msgraph.graph_service_client import GraphServiceClient

log = logging.getLogger(__name__)

_READ = "Synchronization.Read.All"
_WRITE = "Synchronization.ReadWrite.All"


class GraphJobs:
    """Port `Jobs`. What could not be read stays as it was last seen, so that nothing looks healed by a fault."""

    def __init__(self, client: GraphClient, *, clock: Clock, discover_seconds: float = 600) -> None:
        self._client = client
        self._discovery = Discovery(client, every=discover_seconds, clock=clock)
        self._principals: dict[str, Principal] = {}
        self._seen: dict[str, tuple[Job, ...]] = {}
        self._doubted: set[str] = set()

    async def list(self) -> Sequence[Job]:
        """All jobs with their present state. Raises SourceDown where none could be read."""
        wanted = {**self._principals, **await self._newly_found()}
        paths = [f"/servicePrincipals/{quote(one, safe='')}/synchronization/jobs" for one in wanted]
        answers = await batch.get_all(self._client, paths, needs=_READ)
        self._fail_if_all_fail(answers)
        for principal, answer in zip(wanted.values(), answers, strict=True):
            self._take(principal, answer)
        jobs = (job for some in self._seen.values() for job in some)
        return sorted(distinct(list(jobs)), key=lambda job: job.name.casefold())

    async def get(self, job: Job) -> Job:
        """One job, read now, under the name that it has in the list."""
        try:
            wire = await self._client.get(
                lambda graph: _at(graph, job).to_get_request_information(), WireJob, needs=_READ
            )
        except GraphDown as error:
            raise as_refusal(error, f"read {job.name}", _READ) from None
        principal = Principal(id=job.service_principal, app_id=job.app_id, display_name=job.name)
        found = reading.job(wire, principal)
        if found is None:
            raise GraphDown(f"Microsoft Graph's answer about {job.name} is empty.")
        return found

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        """Ids of the jobs that Graph answers 404 for. One that is there all the same is listed again from now on."""
        paths = [
            f"/servicePrincipals/{quote(job.service_principal, safe='')}/synchronization/jobs/{quote(job.id, safe='')}"
            for job in jobs
        ]
        answers = await batch.get_all(self._client, paths, needs=_READ)
        there = [job for job, answer in zip(jobs, answers, strict=True) if answer.error is None]
        for principal in await self._discovery.named({job.service_principal for job in there}):
            self._principals.setdefault(principal.id or "", principal)
        return {
            job.id for job, answer in zip(jobs, answers, strict=True) if answer.error and answer.error.status == 404
        }

    async def start(self, job: Job) -> None:
        """Go on from the stored point."""
        await self._do("start", job, lambda graph: _at(graph, job).start.to_post_request_information())

    async def pause(self, job: Job) -> None:
        """Let the running cycle end, and begin no other."""
        await self._do("pause", job, lambda graph: _at(graph, job).pause.to_post_request_information())

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None:
        """Begin anew, forgetting what the scopes say. Raises Refusal for scopes that do not go together."""
        body = {"criteria": {"resetScope": reset_scope(scopes)}}

        def ask(graph: GraphServiceClient) -> RequestInformation:
            # Raw JSON: the SDK's model turns combined flags into {}, which is the broadest restart there is.
            from kiota_abstractions.method import Method
            from kiota_abstractions.request_information import RequestInformation

            restart = _at(graph, job).restart
            return with_json(RequestInformation(Method.POST, restart.url_template, restart.path_parameters), body)

        await self._do("restart", job, ask)

    async def _do(self, verb: str, job: Job, ask: Ask) -> None:
        try:
            await self._client.send(ask, needs=_WRITE)
        except GraphDown as error:
            raise as_refusal(error, f"{verb} {job.name}", _WRITE) from None

    async def _newly_found(self) -> dict[str, Principal]:
        if not self._discovery.due:
            return {}
        try:
            return await self._discovery.look()
        except SourceDown as error:
            if not self._principals:
                raise
            log.warning("jobs not discovered", extra={"why": str(error)})
            return {}

    def _fail_if_all_fail(self, answers: Sequence[batch.Found]) -> None:
        errors = [answer.error for answer in answers if answer.error is not None and answer.error.status != 404]
        if errors and len(errors) == len(answers):
            raise errors[0]

    def _take(self, principal: Principal, answer: batch.Found) -> None:
        key = principal.id or ""
        found = _jobs(answer, principal)
        if found:
            self._principals[key], self._seen[key] = principal, found
            self._doubted.discard(key)
        elif key in self._principals:
            self._doubt(key, answer)

    def _doubt(self, key: str, answer: batch.Found) -> None:
        """Jobs that were there are gone only when Graph says so twice: one empty answer proves nothing."""
        gone = answer.error is None or answer.error.status == 404
        if gone and key in self._doubted:
            self._doubted.discard(key)
            del self._principals[key], self._seen[key]
            return
        if gone:
            self._doubted.add(key)
        log.warning("jobs not read", extra={"service_principal": key, "why": str(answer.error or "an empty answer")})


def _jobs(answer: batch.Found, principal: Principal) -> tuple[Job, ...]:
    if answer.error is not None:
        return ()
    try:
        wires = lenient.decode(answer.body, WireJobs).value or ()
    except lenient.Unreadable:
        return ()
    return tuple(job for wire in wires if (job := reading.job(wire, principal)) is not None)


def _at(graph: GraphServiceClient, job: Job) -> JobBuilder:
    principal = graph.service_principals.by_service_principal_id(job.service_principal)
    return principal.synchronization.jobs.by_synchronization_job_id(job.id)
