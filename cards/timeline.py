"""One incident with everything that happened to it, in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Advice, Incident, TimelineEntry
from bot.ports import Card
from cards import over, sample, words
from cards.elements import Element, button, buttons, card, cell, facts, heading, table, text

_KINDS = {"wakes soon": "snooze ends soon", "woken": "snooze ended", "released": "no longer held back", "acted": "done"}


def timeline(incident: Incident, advice: Advice, steps: Sequence[TimelineEntry], now: datetime) -> Card:
    """What it is, how it stands, and the steps, the newest first; what is over is told as its own card tells it."""
    alert, state = incident.alert, incident.state.value
    said = alert.detail if incident.open else over.resolution(incident)
    title = f"#{incident.number} {over.title(incident)}"
    who = incident.assigned_to.name if incident.assigned_to else incident.acknowledged_by
    pairs = [
        ("State", f"{state}, severity {alert.severity}"),
        ("Has it" if incident.open else "Had it", who or "nobody"),
        over.hit(incident),
        ("Told while open", "" if incident.open else alert.detail),
        ("Came back", words.count(incident.reopened, "time") if incident.reopened else ""),
        ("Who acts", words.actor(advice) if incident.open and advice.known and advice.actor else ""),
        ("Last time", words.last_time(incident.last_time, now) if incident.last_time else ""),
    ]
    rows = [_row(step, now) for step in reversed(steps)]
    job = incident.alert.job_id
    return card(
        [
            heading(title),
            text(said),
            *facts(pairs),
            table((3, 3, 6), [_HEADER, *rows]) if rows else None,
            buttons(*([button("Show errors", "errors", job), button("Job", "status", job)] if job else [])),
        ],
        fallback=f"{title}: {state}. {said}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("When", "What", "More")]


def _row(step: TimelineEntry, now: datetime) -> list[list[Element]]:
    by = [cell(step.by, subtle=True, spacing="None")] if step.by else []
    what = _KINDS.get(step.kind, step.kind)
    return [[cell(words.moment(step.at, now), subtle=True)], [cell(what), *by], [cell(step.text or "–")]]


def example() -> Card:
    began = sample.BEGAN
    steps = [
        TimelineEntry(at=began, kind="opened", text="high: Workday to Entra ID is in quarantine"),
        TimelineEntry(at=began + timedelta(minutes=12), kind="acknowledged", by="Ada Admin"),
        TimelineEntry(at=began + timedelta(minutes=31), kind="acted", by="Ada Admin", text="restart, portal"),
    ]
    return timeline(sample.IN_QUARANTINE, sample.PASSWORD_ADVICE, steps, sample.NOW)
