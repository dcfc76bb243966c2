"""What an alert's rule has looked at, and what it found, in a few words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.adapters.azure_monitor.wire import Context, Criterion, Dimension, Essentials, Number, Properties

_OPERATORS = {
    "greaterthan": ">",
    "greaterthanorequal": "≥",
    "lessthan": "<",
    "lowerthan": "<",
    "lessthanorequal": "≤",
    "equals": "=",
    "equal": "=",
    "greaterorlessthan": "outside",
}
_SPAN = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
_MOST = 5
_EXACT = 1e15

Fact = tuple[str, str]


def condition(context: Context) -> str:
    """What the rule compares with what, e.g. `Count > 0 over 1 h`; "" where the alert does not say."""
    if context.condition is not None and context.condition.all_of:
        compared = "; ".join(map(_compared, context.condition.all_of[:_MOST]))
        return _over(compared, span(context.condition.window_size))
    if context.operator and _said(context.threshold):
        minutes = f"{_said(context.interval)} min" if context.interval else ""
        return _over(f"Rows {_operator(context.operator)} {_said(context.threshold)}", minutes)
    return ", now ".join(part for part in (context.expression or "", _said(context.expression_value)) if part)


def facts(essentials: Essentials, context: Context) -> Iterator[Fact]:
    """What was found, each under a name of one or two words."""
    criteria = context.condition.all_of[:_MOST] if context.condition and context.condition.all_of else []
    yield "Measured", ", ".join(_said(each.metric_value) for each in criteria if each.metric_value is not None)
    yield "Rows found", _said(context.result_count)
    dimensions = [*(context.dimensions or ()), *(one for each in criteria for one in each.dimensions or ())]
    yield "Split by", _dimensions(dimensions)
    yield "Query", context.search_query or next((each.search_query for each in criteria if each.search_query), "")
    yield "Operation", context.operation or ""
    yield "By", context.caller or ""
    yield "Status", context.status or ""
    if context.properties is not None:
        yield from _health(context.properties)
    yield "Azure severity", essentials.severity or ""
    yield "From", essentials.monitoring_service or ""


def dimensions(context: Context) -> tuple[str, ...]:
    """What the rule splits by, in a fixed order: alerts that differ in it are about different things."""
    criteria = context.condition.all_of or () if context.condition else ()
    found = [*(context.dimensions or ()), *(one for each in criteria for one in each.dimensions or ())]
    return tuple(sorted({f"{one.name}={one.value}" for one in found if one.name}))


def span(text: str | None) -> str:
    """An ISO duration as people write it, `PT1H` as `1 h`; what is none stays as it is."""
    found = _SPAN.fullmatch(text or "")
    if found is None or not any(found.groups()):
        return text or ""
    parts = zip(found.groups(), ("d", "h", "min", "s"), strict=True)
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def _compared(each: Criterion) -> str:
    what = each.web_test_name or each.metric_name or each.metric_measure_column or "rows"
    aggregated = f"{each.time_aggregation} of {what}" if each.time_aggregation else what
    if each.time_aggregation == "Count" and what == "rows":
        aggregated = "Count"
    return " ".join(part for part in (aggregated, _operator(each.operator or ""), _said(each.threshold)) if part)


def _said(number: Number) -> str:
    """A number as people write it; a text as it is."""
    if isinstance(number, int | float):
        return str(int(number)) if float(number).is_integer() and abs(number) < _EXACT else f"{number:.6g}"
    return number or ""


def _operator(word: str) -> str:
    return _OPERATORS.get(word.replace(" ", "").lower(), word)


def _over(compared: str, window: str) -> str:
    return f"{compared} over {window}" if window else compared


def _dimensions(found: Sequence[Dimension]) -> str:
    return ", ".join(f"{one.name} = {one.value}" for one in found[:_MOST] if one.name)


def _health(properties: Properties) -> Iterator[Fact]:
    yield "Event", properties.title or ""
    yield "Service", " in ".join(part for part in (properties.service, properties.region) if part)
    yield "Kind", " · ".join(part for part in (properties.incident_type, properties.stage) if part)
    yield "Tracking", properties.tracking_id or ""
    changed = (properties.previous_health_status, properties.current_health_status)
    yield "Health", " → ".join(part for part in changed if part)
    yield "Cause", properties.cause or ""
