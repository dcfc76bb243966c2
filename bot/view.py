"""What the rules are shown: gathered from the store once a look, then asked about, job by job and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.activity import lately
from bot.adapters.store import Transaction
from bot.departed import deleted
from bot.detect import Needs, Subject, detect, detect_tenant, rules
from bot.model import (
    AuditEvent,
    Credential,
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


async def _credentials(tx: Transaction, jobs: Mapping[str, Job]) -> tuple[Credential, ...] | None:
    """What the directory says, and what people told of tokens that it cannot date."""
    known = await tx.credentials.all()
    told = await tx.credentials.tokens()
    tokens = (
        Credential(
            id=f"token/{job_id}",
            kind="SCIM token",
            name="as told in chat",
            owner=jobs[job_id].name,
            expires_at=expires_at,
            jobs=(job_id,),
        )
        for job_id, expires_at in sorted(told.items())
        if job_id in jobs
    )
    return None if known is None else (*known, *tokens)


async def _failing(tx: Transaction) -> dict[str, tuple[Failing, ...]]:
    """What fails, with how many of the people hold a directory role."""
    found, holders = await tx.ledger.failing(), await tx.credentials.roles()
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
    jobs, failing = await tx.reading.jobs(), await _failing(tx)
    memories = await tx.memories.all()
    activity = await lately(tx, now)
    audits = named(await tx.audits.since(now - AUDITS), await own_acts(tx, jobs, now - AUDITS))
    about, checks = _by_target(audits), await tx.credentials.checks()
    groups, schemas = await tx.credentials.groups(), await tx.credentials.schemas()
    gone_jobs = deleted(memories) - jobs.keys()
    windows = [
        Window(
            job=job,
            failures=failing.get(job.id, ()),
            warnings=activity.warnings.get(job.id, ()),
            hours=activity.hours.get(job.id, ()),
            usual=activity.usual.get(job.id),
            now=now,
            audits=tuple(about.get(job.service_principal, ())),
            memory=memories.get(job.id),
            credentials=checks.get(job.id),
        )
        for job in (
            jobs.get(job_id) or _heard_of(job_id, failing[job_id], memories.get(job_id))
            for job_id in (jobs.keys() | failing.keys()) - gone_jobs
        )
    ]
    credentials, sync = await _credentials(tx, jobs), await tx.hybrid.get()
    tenant = Tenant(
        now=now,
        arrivals=activity.arrivals,
        owed=activity.owed,
        jobs=tuple(jobs.values()),
        memories=tuple(memories.values()),
        sources=tuple(sources),
        audits=tuple(audits),
        credentials=credentials,
        scopes=tuple((job_id, found) for job_id, found in sorted(groups.items()) if job_id in jobs),
        schemas=tuple(each for job_id, each in sorted(schemas.items()) if job_id in jobs),
        alerts=await tx.alerts.open(),
        sync=sync,
        broken_rules=tuple(broken_rules),
        gaps=gaps,
    )
    unread = {Needs.DIRECTORY: credentials, Needs.DIRSYNC: sync, Needs.HOMES: gaps}
    gone = {*missing, *(need for need, found in unread.items() if found is None)}
    lost = frozenset[str]() if Needs.STATE in gone else gone_jobs
    return View(windows=tuple(windows), tenant=tenant, missing=frozenset(gone), deleted=lost)


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
