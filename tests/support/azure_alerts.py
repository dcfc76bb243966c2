"""Deliveries of Azure Monitor, with the fields that its documentation lists for each kind of alert.

Made after "Sample alert payloads" (learn.microsoft.com/azure/azure-monitor/alerts/alerts-payload-samples); the names,
ids and numbers are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

SUBSCRIPTION = "/subscriptions/2b3c0000-0000-4000-8000-00000000000a"
WORKSPACE = f"{SUBSCRIPTION}/resourcegroups/identity/providers/microsoft.operationalinsights/workspaces/entra-logs"
SERVER = f"{SUBSCRIPTION}/resourcegroups/identity/providers/microsoft.compute/virtualmachines/sync-server"
RESULTS = "https://portal.azure.com#@2b3c0000-0000-4000-8000-00000000000b/blade/Microsoft_Azure_Monitoring_Logs/LogsBlade/source/Alerts.EmailLinks/scope/%7B%22resources%22%3A%5B%5D%7D/q/eJzzSE0sKklKTSypUSjPSC1K/prettify/1/timespan/2026-11-21T07%3a00%3a00.0000000Z%2f2026-11-21T08%3a00%3a00.0000000Z"
API = "https://api.loganalytics.io/v1/workspaces/2b3c0000-0000-4000-8000-00000000000c/query?query=AADProvisioningLogs"


def delivery(context: Json | None = None, *, number: int = 1, **essentials: Any) -> Json:
    """A whole delivery; an essential that is given replaces the usual one."""
    usual: Json = {
        "alertId": f"{SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/{number:08d}-0000-4000-8000-000000000000",
        "alertRule": "Provisioning failures",
        "severity": "Sev2",
        "signalType": "Log",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "alertTargetIDs": [WORKSPACE],
        "configurationItems": ["entra-logs"],
        "originAlertId": "2b3c0000-0000-4000-8000-00000000000d",
        "firedDateTime": "2026-11-21T08:00:41.4728231Z",
        "description": "More provisioning failures than usual",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": usual | essentials, "alertContext": log_v2() if context is None else context},
    }


def resolved(fired: Json, at: str | None = None) -> Json:
    """The delivery that ends another."""
    data = fired["data"]
    essentials = data["essentials"] | {"monitorCondition": "Resolved"} | ({"resolvedDateTime": at} if at else {})
    return fired | {"data": data | {"essentials": essentials}}


# --- What stands in the context of each kind ------------------------------------------------------------------------------


def log_v2(link: str = RESULTS, dimensions: tuple[tuple[str, str], ...] = (("JobId", "Workday.1"),)) -> Json:
    criterion = {
        "searchQuery": "AADProvisioningLogs | where ResultType == 'Failure'",
        "metricMeasureColumn": None,
        "targetResourceTypes": "['Microsoft.OperationalInsights/workspaces']",
        "operator": "GreaterThan",
        "threshold": "10",
        "timeAggregation": "Count",
        "dimensions": [{"name": name, "value": value} for name, value in dimensions],
        "metricValue": 37.0,
        "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
        "linkToSearchResultsUI": link,
        "linkToFilteredSearchResultsUI": link,
        "linkToSearchResultsAPI": API,
        "linkToFilteredSearchResultsAPI": API,
    }
    window = {"windowStartTime": "2026-11-21T07:00:00Z", "windowEndTime": "2026-11-21T08:00:00Z"}
    condition = {"windowSize": "PT1H", "allOf": [criterion], **window}
    return {"properties": {"team": "identity"}, "conditionType": "LogQueryCriteria", "condition": condition}


def log_v1(kind: str = "Metric measurement") -> Json:
    columns = [{"name": "TimeGenerated", "type": "datetime"}, {"name": "AggregatedValue", "type": "long"}]
    table = {"name": "PrimaryResult", "columns": columns, "rows": [["2026-11-21T07:30:00Z", 11]]}
    return {
        "SearchQuery": "AADProvisioningLogs | summarize AggregatedValue = count() by bin(TimeGenerated, 1h), JobId",
        "SearchIntervalStartTimeUtc": "11/20/2026 8:00:00 AM",
        "SearchIntervalEndtimeUtc": "11/21/2026 8:00:00 AM",
        "ResultCount": 2,
        "LinkToSearchResults": RESULTS,
        "LinkToFilteredSearchResultsUI": RESULTS,
        "LinkToSearchResultsAPI": API,
        "LinkToFilteredSearchResultsAPI": API,
        "SeverityDescription": "Warning",
        "WorkspaceId": "2b3c0000-0000-4000-8000-00000000000c",
        "SearchIntervalDurationMin": "1440",
        "AffectedConfigurationItems": ["entra-logs"],
        "SearchIntervalInMinutes": "1440",
        "Threshold": 10000,
        "Operator": "Greater Than",
        "Dimensions": [{"name": "JobId", "value": "Workday.1"}],
        "SearchResults": {
            "tables": [table],
            "dataSources": [{"resourceId": WORKSPACE, "tables": ["AADProvisioningLogs"]}],
        },
        "IncludedSearchResults": "True",
        "AlertType": kind,
    }


def metric(kind: str = "SingleResourceMultipleMetricCriteria", **more: Any) -> Json:
    criterion = {
        "metricName": "Percentage CPU",
        "metricNamespace": "Microsoft.Compute/virtualMachines",
        "operator": "GreaterThan",
        "threshold": "25",
        "timeAggregation": "Average",
        "dimensions": [{"name": "ResourceId", "value": "2b3c0000-0000-4000-8000-00000000000e"}],
        "metricValue": 31.1105,
        "webTestName": None,
    }
    window = {"windowStartTime": "2026-11-21T07:55:00.064Z", "windowEndTime": "2026-11-21T08:00:00.064Z"}
    condition = {"windowSize": "PT5M", "allOf": [criterion | more], **window}
    return {"properties": None, "conditionType": kind, "condition": condition}


def activity(**more: Any) -> Json:
    return {
        "authorization": {"action": "Microsoft.Compute/virtualMachines/restart/action", "scope": SERVER},
        "channels": "Operation",
        "claims": '{"aud":"https://management.core.windows.net/"}',
        "caller": "ada@contoso.example",
        "correlationId": "2b3c0000-0000-4000-8000-00000000000f",
        "eventSource": "Administrative",
        "eventTimestamp": "2026-11-21T07:59:31.2917159+00:00",
        "eventDataId": "2b3c0000-0000-4000-8000-000000000010",
        "level": "Informational",
        "operationName": "Microsoft.Compute/virtualMachines/restart/action",
        "operationId": "2b3c0000-0000-4000-8000-000000000011",
        "status": "Succeeded",
        "subStatus": "",
        "submissionTimestamp": "2026-11-21T07:59:54.067593+00:00",
    } | more


def service_health(stage: str = "Active") -> Json:
    properties = {
        "title": "Microsoft Entra provisioning is delayed",
        "service": "Microsoft Entra ID",
        "region": "Global",
        "communication": "<p><strong>Summary</strong>: cycles are late.</p>",
        "incidentType": "Incident",
        "trackingId": "ABC1-DEF",
        "impactStartTime": "2026-11-21T07:00:00Z",
        "impactedServices": '[{"ImpactedRegions":[{"RegionName":"Global"}],"ServiceName":"Microsoft Entra ID"}]',
        "stage": stage,
        "isHIR": "false",
        "version": "0.1.1",
    }
    event = {"channels": 1, "eventSource": 2, "level": 3, "caller": None, "authorization": None, "claims": None}
    return activity(
        **event, operationName="Microsoft.ServiceHealth/incident/action", status=stage, properties=properties
    )


def resource_health(now: str = "Unavailable", before: str = "Available") -> Json:
    properties = {
        "title": "Rebooted by user",
        "details": None,
        "currentHealthStatus": now,
        "previousHealthStatus": before,
        "type": "Downtime",
        "cause": "UserInitiated",
    }
    operation = "Microsoft.Resourcehealth/healthevent/Activated/action"
    return activity(eventSource="ResourceHealth", operationName=operation, status="Active", properties=properties)


def prometheus() -> Json:
    return {
        "interval": "PT1M",
        "expression": "agent_up > 0",
        "expressionValue": "0",
        "for": "PT2M",
        "labels": {"Environment": "Prod", "cluster": "sync"},
        "annotations": {"summary": "alert on agent availability"},
        "ruleGroup": f"{SUBSCRIPTION}/resourceGroups/identity/providers/Microsoft.AlertsManagement/prometheusRuleGroups/g",
    }


def budget() -> Json:
    data = {"BudgetName": "identity", "BudgetType": "Cost", "SpentAmount": "$11,111.00", "ThresholdType": "Actual"}
    return {"AlertCategory": "budgets", "AlertData": data}


def smart() -> Json:
    return {
        "DetectionSummary": "A degradation in the dependency duration over the last 24 hours",
        "DetectedValue": "0.45 sec",
        "NormalValue": "0.27 sec (over the last 7 days)",
        "SmartDetectorId": "DependencyPerformanceDegradationDetector",
    }


_ON_SERVER: Json = {"alertTargetIDs": [SERVER], "configurationItems": ["sync-server"]}
_ACTIVITY: Json = {"signalType": "Activity Log", "severity": "Sev4"}
_NOTHING: Json = dict.fromkeys(("alertRule", "severity", "signalType", "monitorCondition", "alertTargetIDs"))

SAMPLES: dict[str, Callable[[], Json]] = {
    "log search v2": delivery,
    "log search v1, metric measurement": lambda: delivery(log_v1(), monitoringService="Log Analytics"),
    "log search v1, number of results": lambda: delivery(
        log_v1("Number of results"), monitoringService="Log Analytics"
    ),
    "application insights": lambda: delivery(log_v1(), monitoringService="Application Insights"),
    "metric, static": lambda: delivery(metric(), signalType="Metric", monitoringService="Platform", **_ON_SERVER),
    "metric, dynamic": lambda: delivery(
        metric("DynamicThresholdCriteria", alertSensitivity="High"), signalType="Metric", **_ON_SERVER
    ),
    "metric, availability test": lambda: delivery(
        metric("WebtestLocationAvailabilityCriteria", webTestName="sign-in page", metricNamespace=None),
        signalType="Metric",
    ),
    "activity log": lambda: delivery(
        activity(), monitoringService="Activity Log - Administrative", **_ACTIVITY, **_ON_SERVER
    ),
    "service health": lambda: delivery(service_health(), monitoringService="ServiceHealth", **_ACTIVITY),
    "resource health": lambda: delivery(
        resource_health(), monitoringService="Resource Health", **_ACTIVITY, **_ON_SERVER
    ),
    "prometheus": lambda: delivery(prometheus(), signalType="Metric", monitoringService="Prometheus"),
    "budget": lambda: delivery(budget(), monitoringService="CostAlerts", **_NOTHING),
    "smart detection": lambda: delivery(smart(), monitoringService="SmartDetector"),
}
"""Each documented kind, fired."""
