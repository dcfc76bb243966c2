"""Secrets, certificates and tokens that end soon, while nothing that lasts longer has taken their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.detect import Needs, tenant_rule
from bot.model import Alert, Credential, Evidence, Finding, Severity, Tenant

STAGES = ((1, Severity.CRITICAL), (7, Severity.HIGH), (14, Severity.MEDIUM), (30, Severity.LOW))
SOON = timedelta(days=30)
FORGOTTEN = timedelta(days=30)


@tenant_rule(needs=Needs.DIRECTORY, severity=Severity.MEDIUM)
def credential_expiring(tenant: Tenant) -> Iterator[Finding]:
    """A secret, certificate or token that jobs or the bot need ends within 30 days; told again at 14, 7 and 1 days."""
    names = {job.id: job.name for job in tenant.jobs}
    found = tenant.credentials or ()
    lasting: dict[tuple[str, str], datetime] = {}
    for each in found:
        lasting[_of(each)] = max(each.expires_at, lasting.get(_of(each), each.expires_at))
    for each in found:
        left = each.expires_at - tenant.now
        # One that ends while a later one of its kind lasts was renewed; the newest alone decides.
        if each.expires_at == lasting[_of(each)] and -FORGOTTEN < left <= SOON and (each.jobs or each.own):
            yield _finding(each, left, names)


def _of(credential: Credential) -> tuple[str, str]:
    return credential.owner, credential.kind


def _finding(credential: Credential, left: timedelta, names: Mapping[str, str]) -> Finding:
    days, severity = next((days, severity) for days, severity in STAGES if left <= timedelta(days=days))
    job_id = credential.jobs[0] if credential.jobs else ""
    over = left <= timedelta()
    alert = Alert(
        title=f"The {credential.kind} of {credential.owner} {'has expired' if over else 'expires soon'}",
        detail=_detail(credential, days, over=over),
        severity=severity,
        key=credential.id,
        job_id=job_id,
        job_name=names.get(job_id, ""),
    )
    facts = [("Expires", f"{credential.expires_at:%d %b %Y %H:%M} UTC"), ("Name", credential.name)]
    jobs = ", ".join(names.get(each, each) for each in credential.jobs)
    facts.append(("Needed by", "the bot itself" if credential.own else jobs))
    return Finding(alert=alert, evidence=Evidence(facts=tuple(fact for fact in facts if fact[1])))


def _detail(credential: Credential, days: int, *, over: bool) -> str:
    on = f"{credential.expires_at:%d %b %Y}"
    what = "the bot stops" if credential.own else "jobs that sign in with it stop"
    if over:
        return f"It ended on {on}. Unless it was replaced, {what}."
    within = "a day" if days == 1 else f"{days} days"
    return f"It ends on {on}, within {within}. Make a new one and save it where it is used, or {what} then."
