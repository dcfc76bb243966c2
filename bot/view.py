"""What the rules are shown: gathered from the store once a look, then asked about, job by job and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.activity import Activity, lately
from bot.adapters.store import Transaction
from bot.departed import deleted
from bot.detect import Needs, Subject, detect, detect_tenant, rules
from bot.model import (
    AuditEvent,
    AzureSeries,
    Credential,
    DirectoryState,
    Failing,
    Finding,
    Gap,
    Job,
    Memory,
    RuleState,
    SourceState,
    Tenant,
    Value,
    Window,
)
from bot.own_acts import named
from bot.trail import own_acts

AUDITS = timedelta(days=1)


class View(Value, frozen=True, kw_only=True):
    """All jobs and the tenant at one time; `missing` names the data that is not there.

    `deleted` are ids of jobs that are known not to exist: they have no window, and nothing that was open about them lasts.
    """

    windows: tuple[Window, ...]
    tenant: Tenant
    missing: frozenset[Needs] = frozenset()
    deleted: frozenset[str] = frozenset()


class _Read(Value, frozen=True, kw_only=True):
    """What the store knows at one time."""

    jobs: Mapping[str, Job]
    memories: Mapping[str, Memory]
    failing: Mapping[str, tuple[Failing, ...]]
    activity: Activity
    audits: Sequence[AuditEvent]
    directory: DirectoryState
    tokens: Mapping[str, datetime]
    alerts: tuple[AzureSeries, ...]


async def _read(tx: Transaction, now: datetime) -> _Read:
    jobs, directory = await tx.reading.jobs(), await tx.credentials.state()
    return _Read(
        jobs=jobs,
        memories=await tx.memories.all(),
        failing=await _failing(tx, directory.roles),
        activity=await lately(tx, now),
        audits=named(await tx.audits.since(now - AUDITS), await own_acts(tx, jobs, now - AUDITS)),
        directory=directory,
        tokens=await tx.credentials.tokens(),
        alerts=await tx.alerts.open(),
    )


async def _failing(tx: Transaction, holders: frozenset[str] | None) -> dict[str, tuple[Failing, ...]]:
    """What fails, with how many of the people hold a directory role."""
    found = await tx.ledger.failing()
    if not found or not holders:
        return found
    among = await tx.ledger.failing_among(holders)
    return {
        job_id: tuple(replace(group, in_roles=among.get((job_id, group.cause.key), 0)) for group in groups)
        for job_id, groups in found.items()
    }


async def gather(
    tx: Transaction,
    now: datetime,
    *,
    sources: Sequence[SourceState] = (),
    missing: Iterable[Needs] = (),
    broken_rules: Sequence[RuleState] = (),
    gaps: tuple[Gap, ...] | None = None,
) -> View:
    """Read everything that rules may look at; also jobs that only the log knows get a window."""
    read = await _read(tx, now)
    tenant = replace(_tenant(read, now), sources=tuple(sources), broken_rules=tuple(broken_rules), gaps=gaps)
    unread = {Needs.DIRECTORY: tenant.credentials, Needs.DIRSYNC: tenant.sync, Needs.HOMES: gaps}
    gone = {*missing, *(need for need, found in unread.items() if found is None)}
    gone_jobs = deleted(read.memories) - read.jobs.keys()
    lost = frozenset[str]() if Needs.STATE in gone else gone_jobs
    return View(windows=_windows(read, gone_jobs, now), tenant=tenant, missing=frozenset(gone), deleted=lost)


def _windows(read: _Read, gone: Set[str], now: datetime) -> tuple[Window, ...]:
    jobs, failing, memories, activity = read.jobs, read.failing, read.memories, read.activity
    about = _by_target(read.audits)
    return tuple(
        Window(
            job=job,
            failures=failing.get(job.id, ()),
            warnings=activity.warnings.get(job.id, ()),
            hours=activity.hours.get(job.id, ()),
            usual=activity.usual.get(job.id),
            now=now,
            audits=tuple(about.get(job.service_principal, ())),
            memory=memories.get(job.id),
            credentials=read.directory.checks.get(job.id),
        )
        for job in (
            jobs.get(job_id) or _heard_of(job_id, failing[job_id], memories.get(job_id))
            for job_id in (jobs.keys() | failing.keys()) - gone
        )
    )


def _tenant(read: _Read, now: datetime) -> Tenant:
    jobs, directory = read.jobs, read.directory
    return Tenant(
        now=now,
        arrivals=read.activity.arrivals,
        owed=read.activity.owed,
        jobs=tuple(jobs.values()),
        memories=tuple(read.memories.values()),
        audits=tuple(read.audits),
        credentials=_credentials(read),
        scopes=tuple((job_id, found) for job_id, found in sorted(directory.groups.items()) if job_id in jobs),
        schemas=tuple(each for job_id, each in sorted(directory.schemas.items()) if job_id in jobs),
        alerts=read.alerts,
        sync=directory.sync,
    )


def _credentials(read: _Read) -> tuple[Credential, ...] | None:
    """What the directory says, and what people told of tokens that it cannot date."""
    tokens = (
        Credential(
            id=f"token/{job_id}",
            kind="SCIM token",
            name="as told in chat",
            owner=read.jobs[job_id].name,
            expires_at=expires_at,
            jobs=(job_id,),
        )
        for job_id, expires_at in sorted(read.tokens.items())
        if job_id in read.jobs
    )
    known = read.directory.credentials
    return None if known is None else (*known, *tokens)


def look(view: View) -> tuple[list[Finding], set[Subject]]:
    """Ask every rule that can look."""
    findings, looked = detect_tenant(view.tenant, missing=view.missing)
    for window in view.windows:
        found, subjects = detect(window, missing=view.missing)
        findings += found
        looked |= subjects
    # Of a job that does not exist, every rule's silence is true.
    looked |= {(each.name, job_id) for each in rules() if not each.whole for job_id in view.deleted}
    return sorted(findings, key=lambda finding: finding.alert.fingerprint), looked


def _by_target(audits: Iterable[AuditEvent]) -> dict[str, list[AuditEvent]]:
    found: dict[str, list[AuditEvent]] = {}
    for event in audits:
        found.setdefault(event.target_id, []).append(event)
    return found


def _heard_of(job_id: str, groups: Sequence[Failing], memory: Memory | None) -> Job:
    # A job whose state is not known: rules that need the state stay silent about it.
    if memory is not None and memory.name:
        return Job(id=job_id, service_principal="", name=memory.name)
    name = next((failure.app_name for group in groups for failure in group.examples if failure.app_name), job_id)
    return Job(id=job_id, service_principal="", name=name)
