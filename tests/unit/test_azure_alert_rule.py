"""What is made of Azure Monitor's alerts: severities, series, links, and when they are over."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.azure_monitor.reading import read
from bot.model import AzureSeries, Finding, Severity, Tenant
from bot.rules.azure_alert import azure_alert, in_portal
from tests.support.azure_alerts import SAMPLES, delivery, log_v2, resource_health, service_health
from tests.support.make import NOON


def found(body: dict[str, Any], *, hours: float = 0, unresolved: int = 1) -> list[Finding]:
    series = AzureSeries(alert=read(json.dumps(body).encode(), NOON), unresolved=unresolved)
    return [
        each
        for each in azure_alert(Tenant(now=NOON + timedelta(hours=hours), alerts=(series,)))
        if isinstance(each, Finding)
    ]


def series_of(body: dict[str, Any]) -> str:
    return read(json.dumps(body).encode(), NOON).series


def facts(body: dict[str, Any], **more: Any) -> dict[str, str]:
    return dict(found(body, **more)[0].evidence.facts)


@pytest.mark.parametrize(
    ("azure", "ours"),
    [
        ("Sev0", Severity.CRITICAL),
        ("Sev1", Severity.HIGH),
        ("Sev2", Severity.MEDIUM),
        ("Sev3", Severity.LOW),
        ("Sev4", Severity.LOW),
        ("Sev9", Severity.MEDIUM),
        (None, Severity.MEDIUM),
    ],
)
def test_its_severity_becomes_ours(azure: str | None, ours: Severity) -> None:
    assert found(delivery(severity=azure))[0].alert.severity is ours


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("log search v2", {"Condition": "Count > 10 over 1 h", "Measured": "37", "On": "entra-logs"}),
        ("log search v1, metric measurement", {"Condition": "Rows > 10000 over 1440 min", "Rows found": "2"}),
        ("metric, static", {"Condition": "Average of Percentage CPU > 25 over 5 min", "On": "sync-server"}),
        ("metric, availability test", {"Condition": "Average of sign-in page > 25 over 5 min"}),
        ("activity log", {"Operation": "Microsoft.Compute/virtualMachines/restart/action", "Status": "Succeeded"}),
        ("service health", {"Service": "Microsoft Entra ID in Global", "Kind": "Incident · Active"}),
        ("resource health", {"Health": "Available → Unavailable", "Cause": "UserInitiated"}),
        ("prometheus", {"Condition": "agent_up > 0, now 0", "From": "Prometheus"}),
        ("budget", {"From": "CostAlerts"}),
        ("smart detection", {"From": "SmartDetector"}),
    ],
)
def test_each_kind_says_what_it_found(kind: str, told: dict[str, str]) -> None:
    assert told.items() <= facts(SAMPLES[kind]()).items()


def test_a_rule_without_a_name_goes_by_its_budget_or_its_service() -> None:
    assert found(SAMPLES["budget"]())[0].alert.title == "Azure Monitor: Budget identity"


def test_a_firing_that_says_the_same_is_the_same_alert_whatever_was_measured() -> None:
    later = delivery(number=2, firedDateTime="2026-11-21T09:00:00Z")
    later["data"]["alertContext"]["condition"]["allOf"][0]["metricValue"] = 99
    assert found(later)[0].alert == found(delivery())[0].alert


def test_alerts_about_different_things_are_different_incidents() -> None:
    other_job = delivery(log_v2(dimensions=(("JobId", "Salesforce.2"),)))
    assert len({series_of(delivery()), series_of(other_job), series_of(delivery(alertRule="Another"))}) == 3
    turned = log_v2(dimensions=(("B", "2"), ("A", "1")))
    assert series_of(delivery(turned)) == series_of(delivery(log_v2(dimensions=(("A", "1"), ("B", "2")))))


def test_the_stages_of_one_health_event_belong_together_and_its_end_is_an_end() -> None:
    begun, over = (delivery(service_health(stage), signalType="Activity Log") for stage in ("Active", "Resolved"))
    assert series_of(begun) == series_of(over)
    assert read(json.dumps(begun).encode(), NOON).open
    assert not read(json.dumps(over).encode(), NOON).open
    well = delivery(resource_health("Available", "Unavailable"), signalType="Activity Log")
    assert not read(json.dumps(well).encode(), NOON).open


@pytest.mark.parametrize(
    ("body", "unresolved", "after_a_day"),
    [
        (delivery(), 1, 1),
        (delivery(), 2, 0),
        (SAMPLES["activity log"](), 1, 0),
        (SAMPLES["budget"](), 1, 0),
        (delivery(alertId="/subscriptions/11111111-1111-1111-1111-111111111111/providers/x/alerts/y"), 1, 0),
    ],
    ids=["stateful", "fired anew without an end", "activity log", "budget", "the portal's test"],
)
def test_what_azure_monitor_never_resolves_is_over_after_a_day(
    body: dict[str, Any], unresolved: int, after_a_day: int
) -> None:
    assert len(found(body, hours=23.9, unresolved=unresolved)) == 1
    assert len(found(body, hours=24, unresolved=unresolved)) == after_a_day


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.azure.com#@contoso/blade/x",
        "https://portal.azure.com/#view/x?y=z",
        "https://portal.azure.us/#view/x",
        "https://PORTAL.azure.com/x",
    ],
)
def test_a_link_into_azures_portal_is_a_button(url: str) -> None:
    assert found(delivery(log_v2(link=url)))[0].evidence.pages == (("View search results", url),)


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.azure.com/x",
        "https://portal.azure.com.evil.example/x",
        "https://portal.azure.com@evil.example/x",
        "https://evil.example/portal.azure.com",
        "https://portal.azure.com:8443/x",
        "https://portal.azure.com\\@evil.example/",
        "https://[portal.azure.com/x",
        "javascript:alert(1)",
        "https://portal.azure.com/#" + "x" * 2_000,
    ],
)
def test_any_other_link_is_shown_as_text(url: str) -> None:
    evidence = found(delivery(log_v2(link=url)))[0].evidence
    assert evidence.pages == ()
    assert dict(evidence.facts)["View search results"].startswith(url[:300])
    assert not in_portal(url)
