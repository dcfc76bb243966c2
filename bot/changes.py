"""What the directory's audit log says about provisioning: which rows are read, and what they mean in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model import AuditEvent

# Names of activities change in Graph; they are compared without case and without what dashes and dots do to them.
CONFIGURATION: Mapping[str, str] = {
    "Add provisioning configuration": "set up the provisioning",
    "Update attribute mappings or scope": "changed the attribute mappings or the scope",
    "Update provisioning setting or credentials": "changed the provisioning settings or the credentials",
    "User Provisioning": "restored the default schema",
    "Add service principal credentials": "added a credential",
    "Remove service principal credentials": "removed a credential",
    "Update application - Certificates and secrets management": "changed the application's certificates or secrets",
    "Add app role assignment to group": "assigned a group",
    "Remove app role assignment from group": "took a group's assignment away",
}
STEERING: Mapping[str, str] = {
    "Disable/pause provisioning configuration": "paused the provisioning",
    "Enable/start provisioning configuration": "started the provisioning",
    "Enable/restart provisioning configuration": "restarted the provisioning",
    "Delete provisioning configuration": "deleted the provisioning",
    "Remove service principal": "removed the application",
}
OTHERS = ("Quarantine",)
# What a query asks for: these names, and whatever begins like that (the one with the dash is spelt in two ways).
BEGINNING = "Update application"
NAMES = tuple(name for name in (*CONFIGURATION, *STEERING, *OTHERS) if not name.startswith(BEGINNING))
PAUSED = "Disable/pause provisioning configuration"


def plain(activity: str) -> str:
    """An activity's name by which two spellings of it are the same."""
    return " ".join(activity.lower().replace("–", "-").rstrip(". ").split())


_CONFIGURATION = {plain(name): words for name, words in CONFIGURATION.items()}
_ALL = _CONFIGURATION | {plain(name): words for name, words in STEERING.items()}
_DELETIONS = {plain("Delete provisioning configuration"), plain("Remove service principal")}
_READ = _ALL.keys() | {plain(name) for name in OTHERS}


def is_read(activity: str) -> bool:
    """Whether rows of that activity are kept; the others are steps of single objects, or about something else."""
    return plain(activity) in _READ


def read(events: Iterable[AuditEvent]) -> tuple[AuditEvent, ...]:
    """Those that are kept."""
    return tuple(event for event in events if is_read(event.activity))


def is_configuration(event: AuditEvent) -> bool:
    """Whether somebody changed what a job does, and it worked."""
    return event.result.lower() != "failure" and plain(event.activity) in _CONFIGURATION


def is_change(event: AuditEvent) -> bool:
    """Whether somebody changed a job or steered it, and it worked."""
    return event.result.lower() != "failure" and plain(event.activity) in _ALL


def is_pause(event: AuditEvent) -> bool:
    return event.result.lower() != "failure" and plain(event.activity) == plain(PAUSED)


def is_deletion(event: AuditEvent) -> bool:
    """Whether somebody deleted a job, or the application that it belonged to."""
    return event.result.lower() != "failure" and plain(event.activity) in _DELETIONS


def what(event: AuditEvent) -> str:
    """What was done, as the rest of a sentence whose beginning is who did it."""
    return _ALL.get(plain(event.activity), event.activity)
