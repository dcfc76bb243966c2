"""Names for jobs: what kind a job is, and how jobs that share a service principal are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from bot.model import Job

_KINDS = {
    "ad2aadprovisioning": "Cloud sync: AD → Entra ID",
    "addcinpassthrough": "Cloud sync: AD → Entra ID",
    "ad2aadpasswordhash": "Cloud sync: password hash",
    "aad2adexchangehybridwriteback": "Cloud sync: Exchange attributes → AD",
    "aad2adgroupprovisioning": "Cloud sync: groups → AD",
    "azure2azure": "Cross-tenant sync",
    "aad2aadsync": "Cross-tenant sync",
    "api2aad": "HR feed by API → Entra ID",
    "api2ad": "HR feed by API → AD",
    "scim": "SCIM app",
    "customappsso": "SCIM app",
}
_FAMILIES = {"workday": "HR: Workday", "successfactors": "HR: SuccessFactors"}


def kind_of(job_id: str, template: str) -> str:
    """The kind from the template or from the id's part before the first dot; an unknown one shows as it is."""
    prefix = job_id.split(".", 1)[0] if "." in job_id else ""
    for tag in (template, prefix):
        if known := _KINDS.get(tag.lower()):
            return known
        if family := next((name for start, name in _FAMILIES.items() if tag.lower().startswith(start)), ""):
            return family
    tag = template or prefix
    return f"App: {tag}" if tag else ""


def distinct(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs with names that differ: the kind is added where a name is shared, the end of the id where that is too."""
    shared = Counter(job.name for job in jobs)
    named = [_renamed(job, f"{job.name} – {job.kind}") if shared[job.name] > 1 and job.kind else job for job in jobs]
    still = Counter(job.name for job in named)
    return tuple(_renamed(job, f"{job.name} ({job.id[-4:]})") if still[job.name] > 1 else job for job in named)


def _renamed(job: Job, name: str) -> Job:
    return msgspec.structs.replace(job, name=name)
