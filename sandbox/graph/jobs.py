"""Synchronization jobs over Graph: read them, start, pause, restart, test and run them for one object."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sandbox import actions
from sandbox.graph.directory import missing
from sandbox.graph.routing import Ask, GraphError, Reply, route
from sandbox.graph.schema import schema_json, template_json
from sandbox.graph.status import job_json
from sandbox.job import Job
from sandbox.ondemand import provision_on_demand
from sandbox.rows import Json

_ROOT = "/servicePrincipals/{servicePrincipalId}/synchronization"
_JOB = f"{_ROOT}/jobs/{{jobId}}"


class _Validate(msgspec.Struct, kw_only=True):
    useSavedCredentials: bool = False  # noqa: N815


@route("GET", f"{_ROOT}/jobs")
def list_jobs(ask: Ask) -> Reply:
    return _listed(ask, "jobs", [job_json(job, ask.tenant.clock()) for job in _jobs(ask)])


@route("GET", _JOB)
def get_job(ask: Ask) -> Reply:
    context = (
        f"{ask.base}/$metadata#servicePrincipals('{ask.parts['servicePrincipalId']}')/synchronization/jobs/$entity"
    )
    return Reply(body={"@odata.context": context, **job_json(_job(ask), ask.tenant.clock())})


@route("POST", f"{_JOB}/start")
def start(ask: Ask) -> Reply:
    actions.start(ask.tenant, _job(ask))
    return Reply()


@route("POST", f"{_JOB}/pause")
def pause(ask: Ask) -> Reply:
    actions.pause(ask.tenant, _job(ask))
    return Reply()


@route("POST", f"{_JOB}/restart")
def restart(ask: Ask) -> Reply:
    job = _job(ask)
    return _legal(lambda: actions.restart(ask.tenant, job, ask.body))


@route("POST", f"{_JOB}/validateCredentials")
def validate_credentials(ask: Ask) -> Reply:
    """204 where the job's saved credentials are good."""
    job = _job(ask)
    try:
        saved = msgspec.convert(ask.body, _Validate).useSavedCredentials
    except msgspec.ValidationError as error:
        raise GraphError(400, "BadRequest", f"Invalid request body: {error}.") from None
    if saved and job.broken is not None and job.stuck and job.broken.code:
        raise GraphError(400, job.broken.code, job.broken.reason)
    return Reply()


@route("POST", f"{_JOB}/provisionOnDemand")
def on_demand(ask: Ask) -> Reply:
    job = _job(ask)
    try:
        key, value = provision_on_demand(ask.tenant, job, ask.body)
    except actions.Illegal as error:
        raise GraphError(400, "BadRequest", str(error)) from None
    context = f"{ask.base}/$metadata#microsoft.graph.stringKeyStringValuePair"
    return Reply(body={"@odata.context": context, "key": key, "value": value})


@route("GET", f"{_JOB}/schema")
def schema(ask: Ask) -> Reply:
    return Reply(
        body={
            "@odata.context": f"{ask.base}/$metadata#{ask.path[1:]}/$entity",
            **schema_json(_job(ask), ask.tenant.world.groups),
        }
    )


@route("GET", f"{_ROOT}/templates")
def templates(ask: Ask) -> Reply:
    return _listed(ask, "templates", [template_json(job) for job in _jobs(ask)])


@route("GET", f"{_ROOT}/templates/{{templateId}}")
def template(ask: Ask) -> Reply:
    for job in _jobs(ask):
        if job.spec.template == ask.parts["templateId"]:
            return Reply(body=template_json(job))
    raise GraphError(404, "NotFound", "The template does not exist.")


def _jobs(ask: Ask) -> list[Job]:
    """The jobs of the service principal, which may be none. Raises GraphError where it does not exist."""
    principal = ask.parts["servicePrincipalId"]
    if principal not in {known.id for known in ask.tenant.world.principals}:
        raise missing(principal)
    return [job for job in ask.tenant.jobs.values() if job.spec.principal.id == principal]


def _job(ask: Ask) -> Job:
    for job in _jobs(ask):
        if job.id == ask.parts["jobId"]:
            return job
    raise GraphError(404, "NotFound", f"Job '{ask.parts['jobId']}' does not exist.")


def _listed(ask: Ask, name: str, value: list[Json]) -> Reply:
    principal = ask.parts["servicePrincipalId"]
    context = f"{ask.base}/$metadata#servicePrincipals('{principal}')/synchronization/{name}"
    return Reply(body={"@odata.context": context, "value": value})


def _legal(act: Callable[[], None]) -> Reply:
    try:
        act()
    except actions.Illegal as error:
        raise GraphError(400, "BadRequest", str(error)) from None
    return Reply()
