"""The objects of each job: whose identity looks how in its source and its target."""

from __future__ import annotations

from functools import lru_cache

from sandbox.catalogue import AD
from sandbox.ids import guid
from sandbox.people import AD_ROOT, Person
from sandbox.trouble import Subject
from sandbox.world import Group, JobSpec, World


@lru_cache(maxsize=64)
def subjects(world: World, number: int) -> tuple[Subject, ...]:
    """All objects in the scope of the world's job of this number."""
    spec = world.jobs[number]
    if spec.objects == "Group":
        return tuple(_group(spec, group) for group in world.groups)
    return tuple(_person(spec, person) for person in world.people)


def _person(spec: JobSpec, person: Person) -> Subject:
    if spec.source == AD:
        identity = person.ad_guid
        details = {"DistinguishedName": person.dn, "UserPrincipalName": person.upn, "objectGUID": person.ad_guid}
    elif spec.source == "Workday":
        identity = person.worker_id
        details = {"WorkerID": person.worker_id, "WID": person.ad_guid.replace("-", "")}
    else:
        identity = person.id
        details = {"id": person.id, "UserPrincipalName": person.upn, "odatatype": "User"}
    into_entra = spec.target.startswith("Microsoft Entra")
    return Subject(
        id=identity,
        name=person.name,
        type="User",
        address=person.upn,
        source_details=details,
        target_id=person.id if into_entra else person.ad_guid if spec.target == AD else _foreign(spec, person.number),
    )


def _group(spec: JobSpec, group: Group) -> Subject:
    return Subject(
        id=group.id,
        name=group.name,
        type="Group",
        address=f"CN={group.name},OU=Groups,{AD_ROOT}",
        source_details={"id": group.id, "odatatype": "Group"},
        target_id=_foreign(spec, group.id),
    )


def _foreign(spec: JobSpec, key: object) -> str:
    return guid(spec.id, key) if spec.objects == "Group" else f"{spec.principal.id[:8]}-{key}"
