"""The address that opens a rule's query in the portal, over the same time."""

from __future__ import annotations

import base64
import gzip
from urllib.parse import quote

from bot.kqlrules.model import KqlRule

TITLE = "View in Log Analytics"
LONGEST = 2_000

# As in the links of Microsoft's own documentation of KQL: the query is packed, the time is a span.
_BLADE = "https://portal.azure.com/#@{tenant}/blade/Microsoft_Azure_Monitoring_Logs/LogsBlade/resourceId/{resource}"
_QUERY = "/source/LogsBlade.AnalyticsShareLinkToQuery/q/{query}/timespan/PT{minutes}M"


def pages(rule: KqlRule, resource: str, tenant: str) -> tuple[tuple[str, str], ...]:
    """The button that opens the query in the portal; none where the workspace's id in Azure is not known."""
    if not resource:
        return ()
    lines = rule.kql.splitlines()
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("//")), 0)
    packed = base64.b64encode(gzip.compress("\n".join(lines[first:]).encode(), mtime=0)).decode()
    minutes = int(rule.window.total_seconds() // 60)
    query = _QUERY.format(query=quote(packed, safe=""), minutes=minutes)
    address = _BLADE.format(tenant=quote(tenant, safe=""), resource=quote(resource, safe="")) + query
    return ((TITLE, address),) if len(address) <= LONGEST else ()
