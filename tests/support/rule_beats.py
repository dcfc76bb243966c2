"""For each shipped rule in KQL: what happens in the sandbox's tenant so that it fires, and what ends it before its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.beats.governance import ON_DEMAND
from sandbox.tenant import Tenant

Step = Callable[[Tenant], Any]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two steps; without `heal` the rule is over when what happened is older than its window."""

    play: Step
    heal: Step | None = None


def beat(name: str, **args: Any) -> Step:
    """A step that is one beat."""
    return lambda tenant: tenant.beat(name, **args)


def quiet_month(tenant: Tenant) -> None:
    """A job beside another that has rows for a month, and no export among them."""
    job = tenant.beat("job_added", beside="Slackline", runs=False)
    tenant.beat("month_without_export", job=job)


def bypassed(tenant: Tenant) -> None:
    """An access package gives a group, and then somebody comes to it by another way."""
    tenant.beat("group_joined", number=79, governed=True)
    tenant.beat("group_joined", number=80)


SCENES = {
    "access_package_assigned_directly": Scene(play=beat("package_assigned")),
    "access_package_bypassed": Scene(play=bypassed),
    "access_package_not_delivered": Scene(play=beat("package_failed"), heal=beat("package_fulfilled", number=41)),
    "access_policy_without_approval": Scene(play=beat("policy_saved"), heal=beat("policy_saved", approval=True)),
    "access_requests_unanswered": Scene(play=beat("requests_time_out")),
    "access_review_deleted": Scene(play=beat("review_deleted")),
    "application_secret_changed": Scene(play=beat("secret_changed")),
    "cloud_sync_errors": Scene(play=beat("proxy_conflict"), heal=beat("recover", job="AD2AADProvisioning")),
    "connected_organization_added": Scene(play=beat("organization_connected")),
    "cross_tenant_defaults_changed": Scene(play=beat("partner_defaults")),
    "cross_tenant_partner_changed": Scene(play=beat("partner_edited", change="removed")),
    "cross_tenant_sync_allowed": Scene(
        play=beat("partner_sync", verb="Create"), heal=beat("partner_sync", verb="Delete", before=True)
    ),
    "custom_extension_failed": Scene(play=beat("extension_called")),
    "guest_given_access_package": Scene(play=beat("package_fulfilled", guest=True)),
    "nothing_exported": Scene(play=quiet_month),
    "pim_alert_disabled": Scene(play=beat("pim_alert_disabled")),
    "provisioning_failures": Scene(
        play=beat("fail", job="Salesforge", code="SalesforgeEntryConflict", count=12),
        heal=beat("recover", job="Salesforge"),
    ),
    "provisioning_job_changed": Scene(play=beat("stopped_in_portal"), heal=beat("started_in_portal")),
    "provisioning_settings_changed": Scene(play=beat("mapping_changed")),
    "role_given_outside_pim": Scene(play=beat("role_outside_pim")),
    "source_of_authority_changed": Scene(play=beat("authority_changed")),
    "workflow_failed": Scene(play=beat("workflow_ran"), heal=beat("workflow_ran", activity=ON_DEMAND, fails=False)),
}
