"""Rules: functions of a window that yield alerts; `detect` runs those whose data is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache

import msgspec

from bot import registry
from bot.model import Alert, Evidence, Finding, Value, Window

Check = Callable[[Window], Iterator[Alert]]
Subject = tuple[str, str]
"""Rule name and job id: what was looked at, whether or not anything was found."""


class Needs(StrEnum):
    """What a rule's silence rests on: without it the rule is not asked, so that nothing resolves on missing data."""

    LOG = "the provisioning log"
    STATE = "the state of the job"


class Rule(Value, frozen=True, kw_only=True):
    """A rule as help shows it."""

    name: str
    text: str
    needs: Needs
    check: Check


_rules: dict[str, Rule] = {}


def rule(*, needs: Needs) -> Callable[[Check], Check]:
    """Declare a rule; its name is the function's, its help the docstring's first sentence."""

    def declare(check: Check) -> Check:
        name = getattr(check, "__name__", "")
        _rules[name] = Rule(name=name, text=(check.__doc__ or "").strip(), needs=needs, check=check)
        return check

    return declare


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of bot/rules."""
    from bot import rules as folder

    registry.load(folder)
    return tuple(_rules.values())


def detect(window: Window) -> tuple[list[Finding], set[Subject]]:
    """What the rules find in a window, and which rules could look at all."""
    asked = [each for each in rules() if each.needs is not Needs.STATE or window.job.status]
    findings = [_finding(each, alert, window) for each in asked for alert in each.check(window)]
    return findings, {(each.name, window.job.id) for each in asked}


def _finding(by: Rule, alert: Alert, window: Window) -> Finding:
    named = msgspec.structs.replace(alert, rule=by.name, job_id=window.job.id, job_name=window.job.name)
    return Finding(alert=named, evidence=_evidence(named, window))


def _evidence(alert: Alert, window: Window) -> Evidence:
    if alert.cause is None:
        found = window.job.quarantine
        return Evidence(quarantine=found, first_seen=found.current_began if found else None, count=_waiting(window))
    group = next(each for each in window.failures if each.cause == alert.cause)
    return Evidence(count=group.count, first_seen=group.first_seen, last_seen=group.last_seen, examples=group.examples)


def _waiting(window: Window) -> int:
    return sum(group.count for group in window.failures)
