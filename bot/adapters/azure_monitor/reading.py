"""Turns a delivery in the common alert schema into our AzureAlert."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from bot.adapters.azure_monitor import conditions
from bot.adapters.azure_monitor.wire import Context, Essentials, WrongSchema, decode
from bot.model import AzureAlert

_SHORT, _LONG, _ADDRESS = 120, 400, 8_000
_MOST_TARGETS, _MOST_FACTS = 10, 16
_HEALED = {"resolved", "complete", "rca"}
_TEST = "/subscriptions/11111111-1111-1111-1111-111111111111/"
"""The subscription of the alerts that the portal's "Test action group" makes up; nobody ever resolves those."""


def read(body: bytes, now: datetime) -> AzureAlert:
    """The alert that a delivery tells of. Raises WrongSchema."""
    essentials, context, custom = decode(body)
    began, fired, resolved = _times(essentials, context)
    rule = _text(essentials.alert_rule or _unnamed(essentials, context), _SHORT)
    targets = _targets(essentials)
    facts = [*conditions.facts(essentials, context), *custom.items()]
    return AzureAlert(
        id=_text(essentials.alert_id, 1_000).lower(),
        series=_series(rule, essentials, context),
        rule=rule,
        began=began,
        heard_at=now,
        severity=_text(essentials.severity, _SHORT),
        signal=_text(essentials.signal_type, _SHORT),
        service=_text(essentials.monitoring_service, _SHORT),
        description=_text(essentials.description or context.detected, _LONG),
        condition=_text(conditions.condition(context), _LONG),
        fired_at=fired,
        resolved_at=resolved,
        passing=_passes(essentials),
        targets=targets,
        facts=tuple(_told(facts)),
        search=_text(next(_results(context), ""), _ADDRESS),
        page=_text(essentials.investigation_link, _ADDRESS),
    )


def _times(essentials: Essentials, context: Context) -> tuple[datetime, datetime | None, datetime | None]:
    """When it began, and when it fired or was resolved, whichever this delivery tells. Raises WrongSchema."""
    fired = _moment(essentials.fired_date_time)
    if _is_resolved(essentials, context):
        # Not every kind of alert says when it was resolved; at the earliest it was when it fired.
        times = [at for at in (fired, _moment(essentials.resolved_date_time)) if at is not None]
        if not times:
            raise WrongSchema("data.essentials has neither firedDateTime nor resolvedDateTime, in UTC as ISO 8601.")
        return times[0], None, max(times)
    if fired is None:
        raise WrongSchema("data.essentials.firedDateTime must be a time in UTC, as ISO 8601.")
    return fired, fired, None


def _is_resolved(essentials: Essentials, context: Context) -> bool:
    """As Azure Monitor says; of health events, which it never resolves, as the event itself says."""
    if (essentials.monitor_condition or "").strip().lower() == "resolved":
        return True
    found = context.properties
    if found is None or (found.stage is None and found.current_health_status is None):
        return False
    health = (found.current_health_status or "").lower()
    return (found.stage or context.status or "").lower() in _HEALED or health == "available"


def _passes(essentials: Essentials) -> bool:
    events = (essentials.signal_type or "").lower() == "activity log" or not essentials.monitor_condition
    return events or (essentials.alert_id or "").lower().startswith(_TEST)


def _series(rule: str, essentials: Essentials, context: Context) -> str:
    """A short name for what the rule watches: the same for every alert about the same thing."""
    found = context.properties
    tracked = (found.tracking_id or "") if found else ""
    about = (tracked,) if tracked else (*sorted(essentials.alert_target_ids or ()), *conditions.dimensions(context))
    told = "\n".join((rule, *about)).lower().encode("utf-8", "replace")
    return hashlib.sha256(told).hexdigest()[:16]


def _unnamed(essentials: Essentials, context: Context) -> str:
    budget = context.budget.budget_name if context.budget else None
    return f"Budget {budget}" if budget else essentials.monitoring_service or "An alert without a name"


def _targets(essentials: Essentials) -> tuple[str, ...]:
    """The resources by their names; the configuration items are closer to the cause than the targets."""
    named = [item for item in essentials.configuration_items or () if item.strip()]
    names = named or [each.rstrip("/").rsplit("/", 1)[-1] for each in essentials.alert_target_ids or ()]
    return tuple(dict.fromkeys(_text(name, _SHORT) for name in names[:_MOST_TARGETS] if name))


def _results(context: Context) -> Iterator[str]:
    yield from (link for link in (context.filtered_results, context.results) if link)
    for each in context.condition.all_of or () if context.condition else ():
        links = (each.link_to_filtered_search_results_ui, each.link_to_search_results_ui)
        yield from (link for link in links if link)


def _told(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    cut = [(_text(name, 40), _text(value, _LONG)) for name, value in facts]
    return [(name, value) for name, value in cut if name and value][:_MOST_FACTS]


def _moment(text: str | None) -> datetime | None:
    try:
        found = msgspec.convert(text, datetime)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC) if aware.year > 1 else None
    except (msgspec.ValidationError, OverflowError):
        return None


def _text(text: str | None, limit: int) -> str:
    """On one line, cut, and such that it can be stored: half a character becomes a question mark."""
    line = " ".join((text or "")[: 4 * limit].split()).encode("utf-8", "replace").decode()
    return line if len(line) <= limit else line[: limit - 1] + "…"
