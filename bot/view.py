"""What the rules are shown: gathered from the store once a look, then asked about, job by job and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.adapters.store import Transaction
from bot.detect import Needs, Subject, detect, detect_tenant
from bot.model import Failing, Finding, Job, SourceState, Tenant, Value, Window


class View(Value, frozen=True, kw_only=True):
    """All jobs and the tenant at one time; `missing` names the data that is not there."""

    windows: tuple[Window, ...]
    tenant: Tenant
    missing: frozenset[Needs] = frozenset()


async def gather(
    tx: Transaction, now: datetime, *, sources: Sequence[SourceState] = (), missing: Iterable[Needs] = ()
) -> View:
    """Read everything that rules may look at; also jobs that only the log knows get a window."""
    jobs, failing = await tx.reading.jobs(), await tx.ledger.failing()
    windows = [
        Window(job=jobs.get(job_id) or _heard_of(job_id, failing[job_id]), failures=failing.get(job_id, ()), now=now)
        for job_id in jobs.keys() | failing.keys()
    ]
    tenant = Tenant(now=now, jobs=tuple(jobs.values()), sources=tuple(sources))
    return View(windows=tuple(windows), tenant=tenant, missing=frozenset(missing))


def look(view: View) -> tuple[list[Finding], set[Subject]]:
    """Ask every rule that can look."""
    findings, looked = detect_tenant(view.tenant, missing=view.missing)
    for window in view.windows:
        found, subjects = detect(window, missing=view.missing)
        findings += found
        looked |= subjects
    return sorted(findings, key=lambda finding: finding.alert.fingerprint), looked


def _heard_of(job_id: str, groups: Sequence[Failing]) -> Job:
    # A job whose state is not known: rules that need the state stay silent about it.
    name = next((failure.app_name for group in groups for failure in group.examples if failure.app_name), job_id)
    return Job(id=job_id, service_principal="", name=name)
