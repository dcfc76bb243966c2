"""What a rule asks at a time: its query about its window, with its parameters bound."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.kqlrules.model import KqlRule
from bot.kqlrules.wording import bound
from bot.model import Job
from bot.ports import Question


def question(rule: KqlRule, jobs: Mapping[str, Job], now: datetime) -> Question:
    """The rule's question about the window that ends now. Raises Refusal where a parameter has no place."""
    return Question(kql=with_values(rule, jobs), timespan=(now - rule.window, now))


def with_values(rule: KqlRule, jobs: Mapping[str, Job]) -> str:
    """The query with the rule's parameters; their lists go in one order."""
    ordered = [jobs[job_id] for job_id in sorted(jobs)]
    ids = [job.id for job in ordered]
    values = {
        "jobs": ids,
        "job": ids,
        "names": [job.name for job in ordered],
        "principals": [job.service_principal for job in ordered],
    }
    return bound(rule.kql, {name: values[name] for name in rule.params})
