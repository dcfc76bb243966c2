"""A job's mappings in the JSON shape of Graph's synchronizationSchema, cut down to what tells jobs apart."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.catalogue import AD
from sandbox.ids import graph_time
from sandbox.job import Job
from sandbox.people import AD_ROOT
from sandbox.rows import Json
from sandbox.world import Group

_FILTERED = "SalesforgeOutDelta"
_PEOPLE = (("userPrincipalName", "userName", 1), ("displayName", "displayName", 0), ("department", "department", 0))
_GROUPS = (("displayName", "displayName", 1), ("members", "members", 0))


def schema_json(job: Job, groups: Sequence[Group]) -> Json:
    """What the job maps to what; `groups` are those of the world, some of which filters name."""
    changed = graph_time(job.schema_changed) if job.schema_changed else "2026-03-02T09:30:00.0000000Z"
    return {
        "id": job.id,
        "version": f"Date:{changed}, ActivityId:{job.spec.rule_id}",
        "synchronizationRules": [_rule(job, groups)],
        "directories": [_directory(job, job.spec.source), _directory(job, job.spec.target)],
    }


def template_json(job: Job) -> Json:
    """The template that the job was made from."""
    return {
        "id": job.spec.template,
        "applicationId": job.spec.principal.app_id,
        "default": True,
        "description": None,
        "discoverable": False,
        "factoryTag": job.spec.template,
        "metadata": [{"key": "IsOAuthEnabled", "value": str(job.spec.oauth)}],
    }


def _rule(job: Job, groups: Sequence[Group]) -> Json:
    spec = job.spec
    return {
        "id": spec.rule_id,
        "name": f"{spec.source} to {spec.target}",
        "priority": 1,
        "editable": True,
        "sourceDirectoryName": spec.source,
        "targetDirectoryName": spec.target,
        "containerFilter": {"includedContainers": [f"OU=People,{AD_ROOT}"]} if spec.source == AD else None,
        "groupFilter": {"includedGroups": [groups[3].id]} if spec.objects == "Group" else None,
        "metadata": [],
        "objectMappings": [_mapping(job, groups)],
    }


def _mapping(job: Job, groups: Sequence[Group]) -> Json:
    kind = job.spec.objects
    return {
        "name": f"Synchronize {kind}s",
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "sourceObjectName": kind.lower(),
        "targetObjectName": kind,
        "scope": {"categoryFilterGroups": [], "groups": _filters(job, groups), "inputFilterGroups": []},
        "metadata": [],
        "attributeMappings": [_attribute(*names) for names in (_GROUPS if kind == "Group" else _PEOPLE)],
    }


def _filters(job: Job, groups: Sequence[Group]) -> list[Json]:
    """One job takes only the members of a group that its filter names."""
    if job.spec.template != _FILTERED:
        return []
    clause = {
        "operatorName": "EQUALS",
        "sourceOperandName": "memberOf",
        "targetOperand": {"values": [f"CN={groups[4].name},OU=Groups,{AD_ROOT}"]},
    }
    return [{"name": "Members of one group", "clauses": [clause]}]


def _attribute(source: str, target: str, priority: int) -> Json:
    return {
        "targetAttributeName": target,
        "source": {"type": "Attribute", "name": source, "expression": f"[{source}]", "parameters": []},
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": priority,
    }


def _directory(job: Job, name: str) -> Json:
    return {
        "id": f"{job.spec.rule_id[:-1]}{'a' if name == job.spec.source else 'b'}",
        "name": name,
        "discoverabilities": "AttributeNames",
        "discoveryDateTime": None,
        "readOnly": False,
        "version": None,
        "objects": [],
    }
