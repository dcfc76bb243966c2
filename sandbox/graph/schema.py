"""A job's mappings in the JSON shape of Graph's synchronizationSchema, cut down to what tells jobs apart."""

from __future__ import annotations

from sandbox.catalogue import AD
from sandbox.job import Job
from sandbox.people import AD_ROOT
from sandbox.rows import Json

_PEOPLE = (("userPrincipalName", "userName", 1), ("displayName", "displayName", 0), ("department", "department", 0))
_GROUPS = (("displayName", "displayName", 1), ("members", "members", 0))


def schema_json(job: Job) -> Json:
    """What the job maps to what."""
    return {
        "id": job.id,
        "version": f"Date:2026-03-02T09:30:00.0000000Z, ActivityId:{job.spec.rule_id}",
        "synchronizationRules": [_rule(job)],
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


def _rule(job: Job) -> Json:
    spec = job.spec
    return {
        "id": spec.rule_id,
        "name": f"{spec.source} to {spec.target}",
        "priority": 1,
        "editable": True,
        "sourceDirectoryName": spec.source,
        "targetDirectoryName": spec.target,
        "containerFilter": {"includedContainers": [f"OU=People,{AD_ROOT}"]} if spec.source == AD else None,
        "groupFilter": None,
        "metadata": [],
        "objectMappings": [_mapping(job)],
    }


def _mapping(job: Job) -> Json:
    kind = job.spec.objects
    return {
        "name": f"Synchronize {kind}s",
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "sourceObjectName": kind.lower(),
        "targetObjectName": kind,
        "scope": {"categoryFilterGroups": [], "groups": [], "inputFilterGroups": []},
        "metadata": [],
        "attributeMappings": [_attribute(*names) for names in (_GROUPS if kind == "Group" else _PEOPLE)],
    }


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
