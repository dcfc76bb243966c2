"""An incident that is over, in the past tense: its title, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.model import Incident
from cards import words
from cards.times import in_utc

# The verbs of the titles that rules give, and of the knowledge base's short meanings; a test looks that none is missing.
_PAST: Mapping[str, str] = {
    "is": "was",
    "are": "were",
    "has": "had",
    "have": "had",
    "may not": "was not allowed to",
    "cannot": "could not",
    "does not": "did not",
    "do not": "did not",
    "expires": "was to expire",
    "holds": "held",
    "gets": "got",
    "gives": "gave",
    "want": "wanted",
    "lacks": "lacked",
    "takes": "took",
    "writes": "wrote",
    "answers": "answered",
    "refuses": "refused",
    "blocks": "blocked",
    "owns": "owned",
    "carry": "carried",
    "exists": "existed",
    "belongs": "belonged",
}
_VERB = re.compile(rf"\b({'|'.join(_PAST)})\b")


# Facts that are only so while it lasts: what they are called afterwards, "" for those that say nothing any more.
_FACTS: Mapping[str, str] = {"Slows down": "Slowed down", "Now": "", "Expected": "", "Quarantine at": ""}


def facts(incident: Incident) -> Iterator[tuple[str, str]]:
    """The facts of its evidence, in the past tense where the incident is over."""
    for name, value in incident.evidence.facts:
        if shown := name if incident.open else _FACTS.get(name, name):
            yield shown, value


def title(incident: Incident) -> str:
    """The alert's title, in the past tense where the incident is over."""
    return incident.alert.title if incident.open else past(incident.alert.title, incident.alert.job_name)


def past(text: str, name: str = "") -> str:
    """A title in the past tense: its first verb decides, and none is looked for within the job's name."""
    before, found, after = text.partition(name) if name else ("", "", text)
    if (verb := _VERB.search(before)) is not None:
        return f"{before[: verb.start()]}{_PAST[verb[1]]}{before[verb.end() :]}{found}{after}"
    return before + found + _VERB.sub(lambda each: _PAST[each[1]], after, count=1)


def resolution(incident: Incident) -> str:
    """What became of it, and since when."""
    at = in_utc(incident.resolved_at or incident.changed_at)
    if incident.ended:
        return f"{incident.ended[:1].upper()}{incident.ended[1:]}; this is over since {at}."
    if incident.evidence.quarantine is not None:
        return f"The job has left quarantine, at {at}."
    if incident.alert.cause is not None:
        # Rows that say skipped are no failures.
        what = "came over incomplete or not at all" if incident.alert.rule == "hidden_losses" else "failed"
        return f"{words.objects(most(incident), incident.evidence.examples)} {what}, all are well now, since {at}."
    return f"It is over, since {at}."


def hit(incident: Incident) -> tuple[str, str]:
    """A fact: how many it hits and which first or, where it is over, how many it hit at its worst."""
    number = hits(incident)
    shown = words.first_objects(number, incident.evidence.examples) if number else ""
    return "Failing" if incident.open else "Had failed", shown


def hits(incident: Incident) -> int:
    """How many it hits now or, where it is over, hit at its worst."""
    return incident.evidence.count if incident.open else most(incident)


def most(incident: Incident) -> int:
    """How many it hit at its worst, not the last few before it was over."""
    return max(incident.peak, incident.evidence.count)
