"""What was held back, told at once: after quiet hours or silence, and while too much happens to tell it one by one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from msgspec.structs import replace

from bot.model import Incident, Severity, State, Value
from bot.model.held import Why
from bot.ports import Card
from cards import over, sample, words
from cards.elements import (
    Action,
    Element,
    badge,
    button,
    buttons,
    card,
    cell,
    columns,
    facts,
    heading,
    run,
    table,
    text,
)
from cards.plain import shortened
from cards.times import Said

WORST = 4
"""Incidents that get a button of their own."""
MOST_ROWS, MOST_ROWS_OF_A_STORM = 30, 10
"""What nobody would read to its end is counted; the list of incidents has it all."""


class Gathered(Value, frozen=True, kw_only=True):
    """What a digest tells: incidents as they are now, why they were held back, and between which times that was.

    Of those that are `carded` a card stands there: what was held back is only what happened to them since.
    """

    incidents: tuple[Incident, ...]
    why: frozenset[Why]
    since: datetime
    until: datetime
    carded: frozenset[int] = frozenset()

    @property
    def storm(self) -> bool:
        return all(each is Why.STORM for each in self.why)

    @property
    def open(self) -> list[Incident]:
        """The worst first."""
        return sorted((each for each in self.incidents if each.open), key=_rank)

    @property
    def over(self) -> list[Incident]:
        return sorted((each for each in self.incidents if not each.open), key=_rank)


def marker(key: str) -> str:
    """What stands in the card of one digest and in no other."""
    return f"syncwatch-held-{key.replace('/', '-').replace(':', '')}."


def summary(found: Gathered) -> str:
    """The notification."""
    return f"{_title(found)}: {_counts(found)}"


def digest(found: Gathered, key: str) -> Card:
    """The card; `key` is what it is known by."""
    said = _said(found)
    rows = [*found.open, *found.over]
    most = MOST_ROWS_OF_A_STORM if found.storm else MOST_ROWS
    return card(
        [
            columns(
                ("auto", [badge(f"{len(found.open):,} open", "Warning" if found.open else "Good")]),
                ("stretch", [heading(_title(found))]),
                name=marker(key),
            ),
            text(said),
            table((7, 3), [_HEADER, *(_row(each) for each in rows[:most])]),
            text(f"and {len(rows) - most:,} more, no worse", subtle=True) if len(rows) > most else None,
            *facts(_facts(found)),
            buttons(*_buttons(found)),
        ],
        fallback=f"{summary(found)}. {said}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("What", "Now")]


def _title(found: Gathered) -> str:
    if found.storm:
        return "Too much at once"
    return "While you were muted" if all(each is Why.MUTED for each in found.why) else "While it was quiet"


def _counts(found: Gathered) -> str:
    return f"{words.count(len(found.incidents), 'incident')}, {len(found.open):,} still open"


def _said(found: Gathered) -> str:
    gone = f"{len(found.over):,} came and went" if found.over else "none of them is over"
    state = f"{len(found.open):,} still open, {gone}" if found.open else "all of them came and went"
    if found.storm:
        return (
            f"More happened here than anybody could read one by one, so {_held_back(found)}: {state}. "
            "What is critical is told all the same, and what you ask for has its card."
        )
    return f"{words.capital(_held_back(found))}: {state}. Any of them has its card here as soon as you ask for it, or as it has news."


def _held_back(found: Gathered) -> str:
    """The cards themselves, or only what happened after they came."""
    known = sum(each.number in found.carded for each in found.incidents)
    new = len(found.incidents) - known
    without = "{} came without a card" if found.storm else "I told you nothing of {}"
    more = words.count(known, "more incident" if new else "incident")
    parts = [
        without.format(words.count(new, "incident")) if new else "",
        f"I held back what happened to {more} after {'its card' if known == 1 else 'their cards'} came"
        if known
        else "",
    ]
    return ", and ".join(part for part in parts if part)


def _rank(incident: Incident) -> tuple[int, int]:
    return list(Severity).index(incident.alert.severity), -incident.number


def _row(incident: Incident) -> list[list[Element]]:
    title = run(shortened(over.title(incident), 100), bold=incident.open)
    return [
        [text(run(f"#{incident.number} ", subtle=True), title), cell(_when(incident), subtle=True, spacing="None")],
        [_state(incident)],
    ]


def _when(incident: Incident) -> str:
    if incident.resolved_at is not None:
        return f"{incident.alert.severity}, it took {words.lasted(incident, incident.resolved_at)}"
    return str(incident.alert.severity)


def _state(incident: Incident) -> Element:
    if incident.state is State.RESOLVED:
        return cell("resolved", subtle=True)
    if incident.held_by:
        return cell("explained by another", subtle=True)
    if incident.snooze is not None:
        return cell(f"snoozed by {incident.snooze.by.name or incident.snooze.by.id}", subtle=True)
    who = incident.assigned_to.name if incident.assigned_to else incident.acknowledged_by
    return cell(who or "nobody has it", bold=not who)


def _facts(found: Gathered) -> list[tuple[str, Said]]:
    pairs: list[tuple[str, Said]] = [("From", found.since), ("Until", found.until)]
    if found.storm:
        jobs = Counter(each.alert.job_name or each.alert.rule for each in found.incidents)
        pairs.append(("Most", "; ".join(f"{name}: {count:,}" for name, count in jobs.most_common(4))))
    return pairs


def _buttons(found: Gathered) -> list[Action]:
    worst = [button(f"Show #{each.number}", "incident", str(each.number)) for each in found.open[:WORST]]
    return [*worst, button("Open incidents", "incidents"), *([] if found.storm else [button("Quiet hours", "quiet")])]


def example() -> Card:
    gone = replace(
        sample.ADDRESSES_CLASH, state=State.RESOLVED, resolved_at=sample.NOW, evidence=sample.ADDRESSES_CLASH.evidence
    )
    found = Gathered(
        incidents=(sample.IN_QUARANTINE, gone),
        why=frozenset({Why.QUIET}),
        since=sample.BEGAN,
        until=sample.NOW,
    )
    return digest(found, "quiet/example")
