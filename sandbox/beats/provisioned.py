"""Beats of applications that provision: they are set up, their secrets come and go, and a month brings no export."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.audits import Activity, target
from sandbox.beats.registry import beat, healthy
from sandbox.ids import drawn_guid
from sandbox.outcomes import UNCHANGED

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

SECRETS = "Update application \u2013 Certificates and secrets management "
"""As tenants write it: with a dash, and a blank at the end."""


@beat
def configured(tenant: Tenant, at: datetime, job: str = "Plotter") -> str:
    """An administrator sets up the provisioning of an application."""
    found = tenant.job(job)
    tenant.audit(at, "Add provisioning configuration", found, user=tenant.admins[2])
    return found.spec.principal.id


@beat
def secret_changed(tenant: Tenant, at: datetime, job: str = "Salesforge", added: bool = True) -> str:
    """Somebody adds a secret to the application behind a job, or takes one away."""
    principal = tenant.job(job).spec.principal
    about = Activity(name=SECRETS, category="ApplicationManagement", operation="Update")
    few, more = [_key(principal.id, 1)], [_key(principal.id, 1), _key(principal.id, 2)]
    keys = (few, more) if added else (more, few)
    changed = {"KeyDescription": keys, "Included Updated Properties": (None, "KeyDescription")}
    targets = [
        target("Application", tenant.world.guid("application object", principal.name), principal.name, changed=changed)
    ]
    details = {"User-Agent": "Mozilla/5.0", "AppId": principal.app_id}
    tenant.note(at, about, targets=targets, details=details, user=tenant.admins[0])
    return principal.name


@beat
def month_without_export(tenant: Tenant, at: datetime, job: str, days: int = 29) -> int:
    """A job has looked at an object every day for so many days, and left each as it was; the rows arrive now."""
    found = tenant.job(job)
    rng = random.Random(f"{tenant.seed} {found.id} month")
    subjects = healthy(tenant, found, days)
    for day, subject in enumerate(subjects):
        then = at - timedelta(days=days - day)
        tenant.send(tenant.log.row(found.spec, subject, UNCHANGED, then, drawn_guid(rng), rng), then, rng, prompt=True)
    return len(subjects)


def _key(principal: str, number: int) -> str:
    return f"[KeyIdentifier={principal[:-1]}{number},KeyType=Password,KeyUsage=Verify,DisplayName=Sync token {number}]"
