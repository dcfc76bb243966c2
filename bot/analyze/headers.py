"""What the columns of the CSV download mean. Microsoft documents the three files, not their columns' names: they are
understood by meaning, written in Graph's words (sourceIdentity.displayName) or in the portal's (Source identity)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from io import StringIO

from bot.analyze.errors import BadFile
from bot.model import Value


class Member(StrEnum):
    """One of the three files of a CSV download."""

    MAIN = "ProvisioningLogs"
    STEPS = "ProvisioningLogs_ProvisioningSteps"
    CHANGES = "ProvisioningLogs_ModifiedProperties"


class Header(Value, frozen=True, kw_only=True):
    """A CSV file's first line: which of the three it is, the place of each field that is known, and how it is parted."""

    member: Member
    columns: tuple[str, ...]
    fields: Mapping[str, int]
    delimiter: str


def _names(*names: str, of: Sequence[str] = ("",)) -> tuple[str, ...]:
    return tuple(f"{prefix}{name}" for prefix in of for name in names)


def _identity(side: str, also: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    at = (f"{side}identity", side, f"{side}object", f"{side}user")
    return {
        f"{side}Identity.id": _names("id", "objectid", of=at),
        f"{side}Identity.displayName": (*_names("displayname", "name", of=at), *also),
        f"{side}Identity.identityType": _names("identitytype", "type", of=at),
        f"{side}Identity.details": _names("details", of=at),
        f"{side}Identity": (f"{side}identity",),
        f"{side}System.id": (f"{side}systemid",),
        f"{side}System.displayName": (f"{side}systemdisplayname", f"{side}systemname", f"{side}system"),
        f"{side}System.details": (f"{side}systemdetails",),
    }


_STATUS = ("provisioningstatusinfo", "statusinfo")
_ERROR = ("provisioningstatusinfoerrorinformation", "statusinfoerrorinformation", "errorinformation", *_STATUS)

_MAIN: dict[str, tuple[str, ...]] = {
    "id": ("id", "eventid", "logid"),
    "activityDateTime": (
        *("activitydatetime", "activitydatetimeutc", "activitydate", "activitydateutc", "date", "dateutc", "datetime"),
        *("datetimeutc", "time", "timeutc", "timestamp", "timegenerated"),
    ),
    "tenantId": ("tenantid",),
    "jobId": ("jobid",),
    "cycleId": ("cycleid",),
    "changeId": ("changeid",),
    "provisioningAction": ("provisioningaction", "action"),
    "durationInMilliseconds": ("durationinmilliseconds", "durationms", "durationinms", "duration"),
    **_identity("source", also=("identity", "identityname", "identitydisplayname")),
    **_identity("target"),
    "initiatedBy.id": ("initiatedbyid",),
    "initiatedBy.displayName": ("initiatedbydisplayname", "initiatedbyname", "initiatedby", "initiator"),
    "initiatedBy.initiatorType": ("initiatedbyinitiatortype", "initiatedbyinitiatingtype", "initiatedbytype"),
    "servicePrincipal.id": ("serviceprincipalid",),
    "servicePrincipal.displayName": (
        *("serviceprincipaldisplayname", "serviceprincipalname", "serviceprincipal"),
        *("applicationname", "applicationdisplayname", "application"),
    ),
    "status": (*_names("status", of=_STATUS), "status", "resulttype", *_STATUS),
    "errorCode": (*_names("errorcode", of=_ERROR), "errorcode", "statuserrorcode", "resultsignature"),
    "reason": (
        *_names("reason", "errorreason", of=_ERROR),
        *("reason", "errorreason", "errordescription", "statusreason", "failurereason", "resultdescription"),
    ),
    "errorCategory": (*_names("errorcategory", of=_ERROR), "errorcategory"),
    "additionalDetails": (*_names("additionaldetails", of=_ERROR), "additionaldetails"),
    "recommendedAction": (*_names("recommendedaction", of=_ERROR), "recommendedaction", "recommendation"),
}
_STEPS: dict[str, tuple[str, ...]] = {
    "changeId": ("changeid",),
    "name": ("name", "stepname", "provisioningstepname", "provisioningstepsname"),
    "provisioningStepType": (
        *("provisioningsteptype", "provisioningstepsprovisioningsteptype", "steptype", "type", "step"),
    ),
    "status": ("status", "stepstatus", "provisioningstepstatus", "provisioningstepsstatus", "result"),
    "description": ("description", "stepdescription", "provisioningstepsdescription"),
    "details": ("details", "stepdetails", "provisioningstepsdetails"),
}
_CHANGES: dict[str, tuple[str, ...]] = {
    "changeId": ("changeid",),
    "displayName": (
        *("displayname", "modifiedpropertiesdisplayname", "propertyname", "property", "attribute", "attributename"),
        *("name", "modifiedproperty", "modifiedpropertyname"),
    ),
    "oldValue": ("oldvalue", "modifiedpropertiesoldvalue"),
    "newValue": ("newvalue", "modifiedpropertiesnewvalue"),
}
_KNOWN = {Member.MAIN: _MAIN, Member.STEPS: _STEPS, Member.CHANGES: _CHANGES}
_NEEDED = {
    Member.MAIN: ("activityDateTime", "jobId", "changeId", "status"),
    Member.STEPS: ("changeId", "provisioningStepType", "status"),
    Member.CHANGES: ("changeId", "displayName", "newValue"),
}


def header_of(line: str, name: str) -> Header | None:
    """What a CSV file's first line says; None where it is no such line. Raises BadFile where a column is missing."""
    delimiter = max(",;\t", key=line.count)
    columns = next(csv.reader(StringIO(line), delimiter=delimiter), list[str]())
    if len(columns) < 2:
        return None
    spelt = [re.sub(r"[^a-z0-9]", "", column.lower()) for column in columns]
    if "changeid" not in spelt:
        raise BadFile(
            f"{name} has no column for the change id, by which the three CSV files are joined; its columns are "
            f"{', '.join(columns[:8])[:300]}. Give me the portal's files as they were downloaded, or the JSON download."
        )
    member = _member(spelt)
    fields = _fields(spelt, _KNOWN[member])
    if lacking := [field for field in _NEEDED[member] if field not in fields]:
        raise BadFile(
            f"{name} looks like {member}, but has no column for {', '.join(lacking)}; its columns are "
            f"{', '.join(columns[:12])[:300]}. Give me the portal's files as they were downloaded, or the JSON download."
        )
    return Header(member=member, columns=tuple(columns), fields=fields, delimiter=delimiter)


def _member(spelt: Sequence[str]) -> Member:
    """Values stand in one file, steps in another; what has neither, or has jobs, is the main one."""
    if "jobid" in spelt:
        return Member.MAIN
    if any(each.endswith("newvalue") for each in spelt):
        return Member.CHANGES
    return Member.STEPS if any("step" in each for each in spelt) or len(spelt) <= len(_STEPS) else Member.MAIN


def _fields(spelt: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The place of each field: its best spelling, and no column twice."""
    found: dict[str, int] = {}
    for field, spellings in known.items():
        place = next((spelt.index(each) for each in spellings if each in spelt), None)
        if place is not None and place not in found.values():
            found[field] = place
    return found
