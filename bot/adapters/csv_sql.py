"""The SQL that makes rows in Graph's shape of the three tables of a CSV download."""

from __future__ import annotations

_SIDES = tuple(f"{side}{what}" for side in ("source", "target") for what in ("Identity", "System"))
FIELDS: dict[str, tuple[str, ...]] = {
    "main": (
        *("id", "activityDateTime", "tenantId", "jobId", "cycleId", "changeId", "provisioningAction"),
        *("durationInMilliseconds", "status", "errorCode", "reason", "errorCategory", "additionalDetails"),
        *("recommendedAction", "sourceIdentity", "targetIdentity"),
        *(f"{thing}.{part}" for thing in _SIDES for part in ("id", "displayName", "identityType", "details")),
        *("initiatedBy.id", "initiatedBy.displayName", "initiatedBy.initiatorType"),
        *("servicePrincipal.id", "servicePrincipal.displayName"),
    ),
    "steps": ("changeId", "name", "provisioningStepType", "status", "description", "details"),
    "changes": ("changeId", "displayName", "oldValue", "newValue"),
}
"""Table → its fields, in Graph's words; `share`, `n` (the line's place) and `key` (the change id) stand before them."""

LOOKED_AT = frozenset(
    (
        *(
            "id",
            "activityDateTime",
            "jobId",
            "cycleId",
            "changeId",
            "provisioningAction",
            "status",
            "errorCode",
            "reason",
        ),
        *("sourceIdentity", "targetIdentity", "servicePrincipal.id", "servicePrincipal.displayName"),
        *(f"{side}Identity.{part}" for side in ("source", "target") for part in ("id", "displayName", "identityType")),
        *FIELDS["steps"],
    )
)
"""Fields without which the watch would judge otherwise."""

STRAYS = tuple(
    f"SELECT count(*) FROM {table} WHERE key IS NULL OR key NOT IN (SELECT key FROM main WHERE key IS NOT NULL)"  # noqa: S608
    for table in ("steps", "changes")
)


def rows(share: int, *, whole: bool) -> str:
    """The rows of a share: as Graph has them, or only the fields that are looked at, and steps of what did not succeed."""
    main = f"(SELECT * FROM main WHERE share = {share}) main"  # noqa: S608
    if not whole:
        ill = f"SELECT key FROM main WHERE share = {share} AND lower(status) <> 'success'"  # noqa: S608
        step = f"(SELECT key, {_STEP} AS listed FROM steps WHERE share = {share} AND key IN ({ill}) GROUP BY key) step"  # noqa: S608
        return f"SELECT unnest({_LOOKED_AT}) FROM {main} LEFT JOIN {step} ON main.key = step.key"  # noqa: S608
    step = f"(SELECT key, {_STEP} AS listed FROM steps WHERE share = {share} GROUP BY key) step"  # noqa: S608
    change = f"(SELECT key, {_CHANGE} AS listed FROM changes WHERE share = {share} GROUP BY key) change"  # noqa: S608
    return (
        f"SELECT unnest({_WHOLE}) FROM {main} LEFT JOIN {step} ON main.key = step.key "  # noqa: S608
        f"LEFT JOIN {change} ON main.key = change.key"
    )


def _struct(**fields: str) -> str:
    return "{" + ", ".join(f"{name}: {sql}" for name, sql in fields.items()) + "}"


def _columns(*names: str, of: str = "") -> dict[str, str]:
    return {name: f'"{of}{name}"' for name in names}


def _json_or(cell: str, otherwise: str) -> str:
    """A cell that holds JSON as that, and any other as what it stands for."""
    return f"CASE WHEN {cell} LIKE '{{%' AND json_valid({cell}) THEN {cell}::JSON ELSE {otherwise} END"


def _details(cell: str) -> str:
    return _json_or(cell, "'{}'::JSON")


def _identity(side: str, **more: str) -> str:
    """An identity; a column named like all of it holds JSON, or the name."""
    place, alone = f"{side}Identity.", f'"{side}Identity"'
    fields = _columns("id", of=place)
    fields["displayName"] = f'coalesce("{place}displayName", {alone})'
    fields |= _columns("identityType", of=place) | more
    return _json_or(alone, f"to_json({_struct(**fields)})")


def _system(side: str) -> str:
    place = f"{side}System."
    return _struct(**_columns("id", "displayName", of=place), details=_details(f'"{place}details"'))


def _status(*error: str) -> str:
    found = f'CASE WHEN "errorCode" IS NULL AND "reason" IS NULL THEN NULL ELSE {_struct(**_columns(*error))} END'
    return _json_or('"status"', f"to_json({_struct(status=chr(34) + 'status' + chr(34), errorInformation=found)})")


# What the portal shows in a browser set to the United States; the other order of day and month cannot be told apart.
_TIMES = "['%m/%d/%Y, %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y, %I:%M %p', '%m/%d/%Y %I:%M %p']"
_TIME = (
    """CASE WHEN regexp_matches("activityDateTime", '^\\d{4}-') THEN replace("activityDateTime", ' UTC', 'Z') ELSE """
    f"""coalesce(strftime(try_strptime("activityDateTime", {_TIMES}), '%Y-%m-%dT%H:%M:%SZ'), "activityDateTime") END"""
)
_STEP_FIELDS = _columns("name", "provisioningStepType", "status", "description") | {"details": _details('"details"')}
_STEP = f"list({_struct(**_STEP_FIELDS)} ORDER BY n)"
_CHANGE = f"list({_struct(**_columns('displayName', 'oldValue', 'newValue'))} ORDER BY n)"
_PRINCIPAL = f"to_json({_struct(**_columns('id', 'displayName', of='servicePrincipal.'))})"
_BY = f"to_json({_struct(**_columns('id', 'displayName', 'initiatorType', of='initiatedBy.'))})"
_ALWAYS = {
    "id": 'coalesce("id", "changeId")',
    "activityDateTime": _TIME,
    **_columns("jobId", "cycleId", "changeId", "provisioningAction"),
    "servicePrincipal": _json_or('"servicePrincipal.displayName"', _PRINCIPAL),
    "provisioningSteps": "coalesce(step.listed, [])",
}
_LOOKED_AT = _struct(
    **_ALWAYS,
    sourceIdentity=_identity("source"),
    targetIdentity=_identity("target"),
    provisioningStatusInfo=_status("errorCode", "reason"),
)
_WHOLE = _struct(
    **_ALWAYS,
    **_columns("tenantId"),
    durationInMilliseconds='try_cast("durationInMilliseconds" AS BIGINT)',
    sourceSystem=_system("source"),
    targetSystem=_system("target"),
    sourceIdentity=_identity("source", details=_details('"sourceIdentity.details"')),
    targetIdentity=_identity("target", details=_details('"targetIdentity.details"')),
    initiatedBy=_json_or('"initiatedBy.displayName"', _BY),
    provisioningStatusInfo=_status("errorCode", "reason", "additionalDetails", "errorCategory", "recommendedAction"),
    modifiedProperties="coalesce(change.listed, [])",
)
