"""The tables of docs/webhooks.md: what a webhook is sent, from the code that sends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from bot.adapters.webhooks import ticket
from bot.adapters.webhooks.pagerduty import SEVERITIES, event
from bot.adapters.webhooks.payload import Body, Event, told
from bot.model import Severity
from cards.notes import summary
from cards.sample import IN_QUARANTINE

INSTANCE = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
MARK = "7c1e09ab"
KEY = f"syncwatch:{INSTANCE}:{MARK}:{IN_QUARANTINE.number}"
HAPPENED: Mapping[Event, str] = {
    Event.OPENED: "A new incident.",
    Event.CHANGED: "Its severity, title, detail, owner or snooze changed.",
    Event.ACKNOWLEDGED: "Somebody has it.",
    Event.RESOLVED: "It is over.",
    Event.REOPENED: "It came back.",
    Event.NOTE: "A sentence for people, in `text`: beside an event, or by itself, as a reminder is.",
    Event.REPORT: "A report or a digest; there is no incident, but a `card`.",
}
FILLED: Mapping[str, str] = {
    "correlation_id": "`syncwatch:`, the bot's application id, the database's mark and the incident's number, with colons between",
    "correlation_display": "what was said last; leave it as it is",
    "short_description": "the title, 160 characters at most",
    "description": "the detail, the job, the cause, when it was opened, the rule, and links",
    "impact": "",
    "urgency": "",
    "state": "2 (In Progress) when it is acknowledged or comes back, 6 (Resolved) when it is over",
    "close_code": "`close_code` of the webhook, when it is over",
    "close_notes": "what became of it, when it is over",
    "work_notes": "each note; `[code]` in it is made harmless",
}


def events() -> str:
    """What a delivery may be about."""
    return "\n".join(
        ["| event | what happened |", "|---|---|", *(f"| `{each}` | {HAPPENED[each]} |" for each in Event)]
    )


def fields() -> str:
    """Every field of the generic body."""
    schema = msgspec.json.schema(Body)
    rows = [f"| `{name}` | {text} |" for name, text in _described(schema, schema["$defs"]["Body"], "")]
    return "\n".join(["| field | what it says |", "|---|---|", *rows])


def example() -> str:
    """A delivery as it is sent."""
    body = Body(event=Event.OPENED, key=KEY, summary=summary(IN_QUARANTINE), incident=told(IN_QUARANTINE))
    return f"```json\n{msgspec.json.format(msgspec.json.encode(body), indent=2).decode()}\n```"


def servicenow() -> str:
    """The fields of a record, each with what stands there."""
    levels = {"impact": 0, "urgency": 1}
    rows = [f"| `{name}` | {text or _levels(levels[name])} |" for name, text in FILLED.items()]
    return "\n".join(["| field | what stands there |", "|---|---|", *rows])


def pagerduty() -> str:
    """The fields of an event, with an example's values."""
    sent = event(IN_QUARANTINE, "trigger", summary(IN_QUARANTINE), KEY)
    severities = ", ".join(f"{ours} → {theirs}" for ours, theirs in SEVERITIES.items())
    rows = [
        f"| `{name}` | {severities if name == 'payload.severity' else f'`{value}`'} |"
        for name, value in _flat(sent)
        if value != []
    ]
    return "\n".join(["| field | what stands there, for example |", "|---|---|", *rows])


def _levels(which: int) -> str:
    return ", ".join(f"{each} → {ticket.PRIORITIES[each][which]}" for each in Severity)


def _described(schema: dict[str, Any], part: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, field in part["properties"].items():
        yield f"{before}{name}", field["description"]
        inner = field.get("items", {}).get("$ref") or field.get("$ref") or _either(field)
        many = "[]" if "items" in field else ""
        found = schema["$defs"].get(inner.rpartition("/")[2], {})
        if "properties" in found:
            yield from _described(schema, found, f"{before}{name}{many}.")


def _either(field: dict[str, Any]) -> str:
    return next((each["$ref"] for each in field.get("anyOf", []) if "$ref" in each), "")


def _flat(part: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")  # pyright: ignore[reportUnknownArgumentType] - JSON
        else:
            yield f"{before}{name}", value


TABLES = {
    "webhook events": events,
    "webhook fields": fields,
    "webhook example": example,
    "servicenow fields": servicenow,
    "pagerduty fields": pagerduty,
}
