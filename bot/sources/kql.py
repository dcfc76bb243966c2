"""The query that reads new rows of the provisioning log from Log Analytics, in the order in which they were ingested."""

from __future__ import annotations

import re

import msgspec

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in the log: when a row was ingested, and its own time, both as Kusto's text with seven digits.

    Rows of one place stand together, so reading goes on at a place, not after it: what is read twice does no harm.
    """

    ingested: str
    generated: str = ""

    def __post_init__(self) -> None:
        # The texts go into a query, and they come back to us through the store.
        if not _TIME.fullmatch(self.ingested) or (self.generated and not _TIME.fullmatch(self.generated)):
            raise ValueError("not a place in the log")


def reading(place: Place, most: int) -> str:
    """The first rows at and after a place. Only documented columns are used; JSON is taken apart by the server.

    Diagnostic settings write Id, Name and Status where Graph writes id, displayName and status; both are taken.
    """
    since = f"Ingested >= datetime({place.ingested})"
    if place.generated:
        since = (
            f"Ingested > datetime({place.ingested}) or (Ingested == datetime({place.ingested})"
            f" and TimeGenerated >= datetime({place.generated}))"
        )
    return _QUERY.replace("$SINCE", since).replace("$MOST", str(most))


_QUERY = """
AADProvisioningLogs
| extend Ingested = ingestion_time()
| where $SINCE
| order by Ingested asc, TimeGenerated asc
| take $MOST
| extend Source = parse_json(SourceIdentity), Target = parse_json(TargetIdentity),
    Principal = parse_json(ServicePrincipal), Info = parse_json(ProvisioningStatusInfo)
| extend Said = coalesce(tostring(Info.Status), tostring(Info.status), ResultType)
| project Id, At = tostring(TimeGenerated), Ingested = tostring(Ingested), JobId, CycleId, ChangeId,
    Action = ProvisioningAction, Status = Said,
    ErrorCode = coalesce(tostring(Info.errorInformation.errorCode), tostring(Info.ErrorInformation.ErrorCode),
        iff(tolower(Said) == "failure", ResultSignature, "")),
    Reason = substring(coalesce(tostring(Info.errorInformation.reason), tostring(Info.ErrorInformation.Reason),
        iff(tolower(Said) == "failure", ResultDescription, "")), 0, 8000),
    SourceId = coalesce(tostring(Source.Id), tostring(Source.id)),
    SourceName = coalesce(tostring(Source.Name), tostring(Source.displayName)),
    SourceType = tostring(Source.identityType),
    TargetId = coalesce(tostring(Target.Id), tostring(Target.id)),
    TargetName = coalesce(tostring(Target.Name), tostring(Target.displayName)),
    TargetType = tostring(Target.identityType),
    PrincipalId = coalesce(tostring(Principal.Id), tostring(Principal.id)),
    PrincipalName = coalesce(tostring(Principal.Name), tostring(Principal.displayName)),
    Steps = iff(tolower(Said) == "success" or strlen(ProvisioningSteps) > 60000, "", ProvisioningSteps),
    Shapes = strcat(gettype(Source), " ", gettype(Target), " ", gettype(Principal), " ", gettype(Info))
""".strip()
