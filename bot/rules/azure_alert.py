"""Alerts of the tenant's own Azure Monitor rules, which an action group hands in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from bot.detect import Needs, tenant_rule
from bot.model import Alert, AzureSeries, Evidence, Finding, Severity, Tenant

PASSES = timedelta(hours=24)
"""How long an alert that Azure Monitor never resolves is shown."""
_SEVERITIES = {
    "sev0": Severity.CRITICAL,
    "sev1": Severity.HIGH,
    "sev2": Severity.MEDIUM,
    "sev3": Severity.LOW,
    "sev4": Severity.LOW,
}
_PORTALS = {"portal.azure.com", "portal.azure.us", "portal.azure.cn"}
_LONGEST_LINK = 2_000


@tenant_rule(needs=Needs.ALERTS, severity=Severity.MEDIUM)
def azure_alert(tenant: Tenant) -> Iterator[Finding]:
    """An alert rule of Azure Monitor has fired, until it says resolved; one that never does is over after 24 hours."""
    for series in tenant.alerts:
        passing = series.alert.passing or series.unresolved > 1
        if not passing or tenant.now - series.alert.heard_at < PASSES:
            yield _finding(series, passing=passing)


def _finding(series: AzureSeries, *, passing: bool) -> Finding:
    found = series.alert
    alert = Alert(
        title=f"Azure Monitor: {found.rule}",
        detail=_sentence(found.description) or f"An alert rule on {found.signal or 'this tenant'} has fired.",
        severity=_SEVERITIES.get(found.severity.lower(), Severity.MEDIUM),
        key=found.series,
    )
    links = (("View search results", found.search), ("Open in Azure", found.page))
    facts = [
        ("Condition", found.condition),
        ("On", ", ".join(found.targets)),
        ("Fired", _fired(series)),
        ("Ends", "after a day without another: Azure Monitor does not resolve it" if passing else ""),
        *found.facts,
        # An address that leads elsewhere is shown for somebody to judge, but nobody gets there by a click.
        *((name, url) for name, url in links if not in_portal(url)),
    ]
    pages = tuple((name, url) for name, url in links if in_portal(url))
    return Finding(alert=alert, evidence=Evidence(facts=tuple(fact for fact in facts if fact[1]), pages=pages))


def in_portal(url: str) -> bool:
    """Whether this is an address in one of Azure's own portals."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST_LINK
    return plain and parts.scheme == "https" and parts.netloc.lower() in _PORTALS


def _sentence(text: str) -> str:
    return f"{text}." if text and not text.endswith((".", "!", "?", "…")) else text


def _fired(series: AzureSeries) -> str:
    at = f"{series.alert.fired_at:%d %b %Y %H:%M} UTC"
    return f"{series.unresolved} times, at last {at}" if series.unresolved > 1 else at
