"""Beats of lifecycle workflows, access reviews, privileged roles and sources of authority."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.audits import Activity, target
from sandbox.beats.registry import beat

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

ON_DEMAND = "On-demand workflow execution completed"
SCHEDULED = "Scheduled workflow execution completed"
SCHEDULE = "Schedule workflow execution completed"
"""The same activity as SCHEDULED: Microsoft prints it in two ways."""

GOVERNANCE_APP = "Azure AD Identity Governance - User Management"


@beat
def workflow_ran(
    tenant: Tenant, at: datetime, workflow: str = "Onboard new hires", activity: str = SCHEDULED, fails: bool = True
) -> str:
    """A lifecycle workflow has run for some people, and did not get through unless told so."""
    about = Activity(
        name=activity, service="Lifecycle Workflows", category="WorkflowManagement", operation="WorkflowExecution"
    )
    found = target("Workflow", tenant.world.guid("workflow", workflow), workflow)
    details = {
        "WorkflowType": "onDemand" if activity == ON_DEMAND else "scheduled",
        "DisplayName": workflow,
        "ObjectId": found["id"],
        "UserCount": "3",
        "Users": ",".join(person.id for person in tenant.world.people[90:93]),
        "RequestId": tenant.world.guid("run", workflow, at),
    }
    reason = "2 of 3 users failed in task 'Send welcome email'." if fails else ""
    tenant.note(at, about, targets=[found], details=details, app="Azure AD Lifecycle Workflows", reason=reason)
    return found["id"]


@beat
def review_deleted(tenant: Tenant, at: datetime, review: str = "Guests of the research lab") -> str:
    """Somebody deletes an access review; the log shows it in both of its categories."""
    found = target("AccessReview", tenant.world.guid("review", review), review)
    for category in ("Policy", "UserManagement"):
        about = Activity(
            name="Delete access review", service="Access Reviews", category=category, operation="DeleteAccessReview"
        )
        tenant.note(at, about, targets=[found], user=tenant.admins[4])
    return found["id"]


@beat
def pim_alert_disabled(
    tenant: Tenant, at: datetime, alert: str = "Roles are being assigned outside of Privileged Identity Management"
) -> str:
    """Somebody switches a security alert of PIM off."""
    about = Activity(name="Disable PIM alert", service="PIM", category="RoleManagement", operation="Update")
    tenant.note(at, about, targets=[target("Other", tenant.world.guid("alert", alert), alert)], user=tenant.admins[4])
    return alert


@beat
def role_outside_pim(tenant: Tenant, at: datetime, role: str = "Application Administrator", number: int = 70) -> str:
    """Somebody is made a permanent member of a role without PIM."""
    about = Activity(
        name="Add member to role outside of PIM (permanent)", service="PIM", category="RoleManagement", operation="Add"
    )
    person = tenant.world.people[number]
    targets = [
        target("Role", tenant.world.guid("role", role), role),
        target("User", person.id, person.name, upn=person.upn),
    ]
    tenant.note(at, about, targets=targets, user=tenant.admins[4])
    return person.upn


@beat
def authority_changed(tenant: Tenant, at: datetime, number: int = 71, back: bool = False) -> str:
    """A user that Active Directory had is managed in the cloud from now on, or the other way about."""
    name = (
        "Change Source of Authority from cloud to AD DS" if back else "Change Source of Authority from AD DS to cloud"
    )
    person = tenant.world.people[number]
    about = Activity(name=name, category="UserManagement", operation="Update")
    changed = {"OnPremisesSyncBehavior": ([back], [not back])}
    found = target("User", person.id, person.name, upn=person.upn, changed=changed)
    tenant.note(at, about, targets=[found], user=tenant.admins[2])
    return person.id


@beat
def group_joined(tenant: Tenant, at: datetime, group: int = 4, number: int = 80, governed: bool = False) -> str:
    """Somebody is added to a group: by an administrator, or by identity governance for an access package."""
    about = Activity(name="Add member to group", category="GroupManagement", operation="Assign")
    person, into = tenant.world.people[number], tenant.world.groups[group]
    changed = {
        "Group.ObjectID": (None, into.id),
        "Group.DisplayName": (None, into.name),
        "Group.WellKnownObjectName": (None, None),
    }
    targets = [
        target("User", person.id, None, upn=person.upn, changed=changed),
        target("Group", into.id, None),
    ]
    if governed:
        tenant.note(at, about, targets=targets, app=GOVERNANCE_APP)
    else:
        tenant.note(at, about, targets=targets, user=tenant.admins[2])
    return into.id
