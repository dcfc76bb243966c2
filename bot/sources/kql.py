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
    """The first rows at and after a place; only documented columns are used.

    The JSON columns come as they are: taking them apart here costs microseconds, and what is broken is seen.
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
| project Id, At = tostring(TimeGenerated), Ingested = tostring(Ingested), JobId, CycleId, ChangeId, ProvisioningAction,
    ResultType, ResultSignature, ResultDescription, ProvisioningStatusInfo, SourceIdentity, TargetIdentity,
    ServicePrincipal, Steps = iff(ResultType == "Success", "", ProvisioningSteps)
""".strip()
