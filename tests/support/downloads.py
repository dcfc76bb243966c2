"""Writes rows as the portal's downloads hold them: compact JSON, JSON that PowerShell made pretty, the three CSV files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

Row = dict[str, Any]

PORTAL = {
    "activityDateTime": "Date (UTC)",
    "id": "ID",
    "jobId": "Job ID",
    "cycleId": "Cycle ID",
    "changeId": "Change ID",
    "provisioningAction": "Action",
    "durationInMilliseconds": "Duration (ms)",
    "sourceIdentity.id": "Source ID",
    "sourceIdentity.displayName": "Identity",
    "sourceIdentity.identityType": "Source identity type",
    "targetIdentity.id": "Target ID",
    "targetIdentity.displayName": "Target identity",
    "sourceSystem.displayName": "Source system",
    "targetSystem.displayName": "Target system",
    "provisioningStatusInfo.status": "Status",
    "provisioningStatusInfo.errorInformation.errorCode": "Error code",
    "provisioningStatusInfo.errorInformation.reason": "Reason",
    "servicePrincipal.id": "Service principal ID",
    "servicePrincipal.displayName": "Application name",
}
"""Columns named as the portal's pages name them, and fewer of them."""


def compact(folder: Path, rows: Sequence[Row]) -> list[Path]:
    """One line of JSON, as it is downloaded."""
    path = folder / "ProvisioningLogs.json"
    path.write_bytes(msgspec.json.encode(rows))
    return [path]


def pretty(folder: Path, rows: Sequence[Row]) -> list[Path]:
    """What `ConvertFrom-Json | ConvertTo-Json -Depth 10 > file` makes of it in Windows PowerShell: UTF-16, CRLF."""
    path = folder / "ProvisioningLogs-pretty.json"
    text = json.dumps(rows, indent=4, separators=(",", ":  "), ensure_ascii=False).replace("\n", "\r\n")
    path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    return [path]


def triple(
    folder: Path, rows: Sequence[Row], *, names: Mapping[str, str] | None = None, delimiter: str = ","
) -> list[Path]:
    """Three CSV files, joined by change id; `names` renames columns and leaves out those that it lacks."""
    mains = [_flat(row, leave=("provisioningSteps", "modifiedProperties")) for row in rows]
    if names is not None:
        mains = [{new: row.get(old) for old, new in names.items()} for row in mains]
    parts = {
        "ProvisioningLogs": mains,
        "ProvisioningLogs_ProvisioningSteps": list(_children(rows, "provisioningSteps")),
        "ProvisioningLogs_ModifiedProperties": list(_children(rows, "modifiedProperties")),
    }
    return [_csv(folder / f"{name}.csv", found, delimiter) for name, found in parts.items()]


def _children(rows: Iterable[Row], field: str) -> Iterable[Row]:
    for row in rows:
        for child in row[field]:
            yield {"changeId": row["changeId"], **_flat(child)}


def _flat(row: Row, prefix: str = "", leave: Sequence[str] = ()) -> Row:
    """Objects as columns with dots; `details`, whose fields differ, as JSON in one cell."""
    flat: Row = {}
    for name, value in row.items():
        if name in leave:
            continue
        if name == "details":
            flat[f"{prefix}{name}"] = json.dumps(value)
        elif isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")  # pyright: ignore[reportUnknownArgumentType]
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _csv(path: Path, rows: Sequence[Row], delimiter: str) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    return path
