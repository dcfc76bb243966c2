"""The common alert schema as it comes in: everything in it may be missing, null or of another type."""

from __future__ import annotations

import json

import msgspec

from bot.adapters import lenient

SCHEMA = "azureMonitorCommonAlertSchema"
Number = str | float | None
"""Azure Monitor writes numbers now as such and now as texts."""

_TURN_ON = "In the action group, turn on 'Enable the common alert schema' for this action."


class WrongSchema(ValueError):
    """The body is not an alert; the text is a sentence that says what to do."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of the parts that are spelt in camelCase."""


class Essentials(Wire, frozen=True, kw_only=True):
    alert_id: str | None = None
    alert_rule: str | None = None
    severity: str | None = None
    signal_type: str | None = None
    monitor_condition: str | None = None
    monitoring_service: str | None = None
    alert_target_ids: list[str] | None = msgspec.field(default=None, name="alertTargetIDs")
    configuration_items: list[str] | None = None
    fired_date_time: str | None = None
    resolved_date_time: str | None = None
    description: str | None = None
    investigation_link: str | None = None


class Dimension(Wire, frozen=True, kw_only=True):
    name: str | None = None
    value: str | None = None


class Criterion(Wire, frozen=True, kw_only=True):
    """One condition of a metric alert or of a log search alert of version 2."""

    metric_name: str | None = None
    metric_measure_column: str | None = None
    operator: str | None = None
    threshold: Number = None
    time_aggregation: str | None = None
    metric_value: Number = None
    web_test_name: str | None = None
    dimensions: list[Dimension] | None = None
    search_query: str | None = None
    link_to_search_results_ui: str | None = msgspec.field(default=None, name="linkToSearchResultsUI")
    link_to_filtered_search_results_ui: str | None = msgspec.field(default=None, name="linkToFilteredSearchResultsUI")


class Condition(Wire, frozen=True, kw_only=True):
    window_size: str | None = None
    all_of: list[Criterion] | None = None


class Properties(Wire, frozen=True, kw_only=True):
    """Of service health and resource health."""

    title: str | None = None
    service: str | None = None
    region: str | None = None
    incident_type: str | None = None
    tracking_id: str | None = None
    stage: str | None = None
    current_health_status: str | None = None
    previous_health_status: str | None = None
    cause: str | None = None


class Budget(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    budget_name: str | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The alert context of all kinds of alerts at once: each uses a few of these."""

    # Metric alerts, and log search alerts of version 2
    condition: Condition | None = None
    # Log search alerts of version 1
    search_query: str | None = msgspec.field(default=None, name="SearchQuery")
    result_count: Number = msgspec.field(default=None, name="ResultCount")
    threshold: Number = msgspec.field(default=None, name="Threshold")
    operator: str | None = msgspec.field(default=None, name="Operator")
    interval: Number = msgspec.field(default=None, name="SearchIntervalInMinutes")
    dimensions: list[Dimension] | None = msgspec.field(default=None, name="Dimensions")
    results: str | None = msgspec.field(default=None, name="LinkToSearchResults")
    filtered_results: str | None = msgspec.field(default=None, name="LinkToFilteredSearchResultsUI")
    # Activity log alerts, with service health and resource health
    operation: str | None = msgspec.field(default=None, name="operationName")
    caller: str | None = None
    status: str | None = None
    properties: Properties | None = None
    # Prometheus, smart detection, budgets
    expression: str | None = None
    expression_value: Number = msgspec.field(default=None, name="expressionValue")
    detected: str | None = msgspec.field(default=None, name="DetectionSummary")
    budget: Budget | None = msgspec.field(default=None, name="AlertData")


class Data(Wire, frozen=True, kw_only=True):
    essentials: Essentials | None = None
    alert_context: Context | None = None
    custom_properties: msgspec.Raw | None = None


class Envelope(Wire, frozen=True, kw_only=True):
    schema_id: str | None = None
    data: Data | None = None


def decode(body: bytes) -> tuple[Essentials, Context, dict[str, str]]:
    """The two parts of an alert, and what people made the rule send along. Raises WrongSchema."""
    try:
        found = lenient.decode(body.removeprefix(b"\xef\xbb\xbf"), Envelope)
    except (lenient.Unreadable, RecursionError):
        raise WrongSchema("The body is not JSON, or nested too deeply.") from None
    if (found.schema_id or "").lower() != SCHEMA.lower():
        known = f"is '{found.schema_id[:60]}'" if found.schema_id else "is missing"
        raise WrongSchema(f"schemaId {known}; it must be {SCHEMA}. {_TURN_ON}")
    if found.data is None or found.data.essentials is None:
        raise WrongSchema("data.essentials is missing, so there is nothing to show.")
    if not (found.data.essentials.alert_id or "").strip():
        raise WrongSchema("data.essentials.alertId is missing, so the alert cannot be told from others.")
    return found.data.essentials, found.data.alert_context or Context(), _custom(found.data.custom_properties)


def _custom(raw: msgspec.Raw | None) -> dict[str, str]:
    """Custom properties whose values are plain."""
    try:
        found: object = json.loads(bytes(raw)) if raw else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in found.items() if isinstance(value, str | int | float)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
