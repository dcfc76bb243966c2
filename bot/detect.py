"""Rules: functions of a window (a job, or the tenant) that yield alerts; `detect` runs those whose data is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot import registry
from bot.model import Alert, Evidence, Finding, Severity, Tenant, Value, Window

if TYPE_CHECKING:
    from bot.kqlrules.model import KqlRule

Found = Alert | Finding
"""What a rule yields: an alert, or with its evidence where the rule knows it better than `detect` does."""

Check = Callable[[Window], Iterator[Found]]
TenantCheck = Callable[[Tenant], Iterator[Found]]
Subject = tuple[str, str]
"""Rule name and job id: what was looked at, whether or not anything was found; EVERY stands for all jobs."""

EVERY = "*"


class Needs(StrEnum):
    """What a rule's silence rests on: without it the rule is not asked, so that nothing resolves on missing data."""

    LOG = "the provisioning log"
    STATE = "the state of the job"
    AUDIT = "the audit log"
    DIRECTORY = "the directory"
    DIRSYNC = "directory sync"
    ALERTS = "alerts from Azure Monitor"
    ROWS = "rows of the logs, asked in KQL"
    HOMES = "both homes of the logs"
    NOTHING = "the bot itself"


class Rule(Value, frozen=True, kw_only=True):
    """A rule as help shows it. `check` takes a Window, or a Tenant where `whole` says so; a rule in KQL has none."""

    name: str
    text: str
    needs: Needs
    severity: Severity
    whole: bool
    check: Callable[[Any], Iterator[Found]] | None


_rules: dict[str, Rule] = {}


def rule(*, needs: Needs, severity: Severity = Severity.MEDIUM) -> Callable[[Check], Check]:
    """Declare a rule about a job; its name is the function's, its help the docstring. `severity` is its usual one."""

    def declare(check: Check) -> Check:
        _add(check, needs, severity, whole=False)
        return check

    return declare


def tenant_rule(*, needs: Needs, severity: Severity = Severity.MEDIUM) -> Callable[[TenantCheck], TenantCheck]:
    """Declare a rule about the tenant; its alerts name their job themselves, if they are about one."""

    def declare(check: TenantCheck) -> TenantCheck:
        _add(check, needs, severity, whole=True)
        return check

    return declare


def _add(check: Callable[[Any], Iterator[Found]], needs: Needs, severity: Severity, *, whole: bool) -> None:
    name, text = getattr(check, "__name__", ""), (check.__doc__ or "").strip()
    _rules[name] = Rule(name=name, text=text, needs=needs, severity=severity, whole=whole, check=check)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of bot/rules, in Python or in KQL."""
    from bot import rules as folder
    from bot.kqlrules.shelf import shipped

    registry.load(folder)
    every = _rules | {each.name: in_kql(each) for each in shipped()}
    return tuple(every[name] for name in sorted(every))


def in_kql(found: KqlRule) -> Rule:
    """A rule in KQL as help shows it; `bot.kqlwatch` asks it."""
    return Rule(name=found.name, text=found.help, needs=Needs.ROWS, severity=found.severity, whole=True, check=None)


def detect(window: Window, *, missing: Iterable[Needs] = ()) -> tuple[list[Finding], set[Subject]]:
    """What the rules find about a job, and which rules could look at all; `missing` names data that is not there."""
    gone = {*missing, *(() if window.job.status else (Needs.STATE,))}
    asked = [(each, each.check) for each in rules() if each.check and not each.whole and each.needs not in gone]
    findings = [_of_job(each, found, window) for each, check in asked for found in check(window)]
    return findings, {(each.name, window.job.id) for each, _ in asked}


def detect_tenant(tenant: Tenant, *, missing: Iterable[Needs] = ()) -> tuple[list[Finding], set[Subject]]:
    """What the rules find about the tenant as a whole, and which could look."""
    gone = set(missing)
    asked = [(each, each.check) for each in rules() if each.check and each.whole and each.needs not in gone]
    findings = [_of_tenant(each, found) for each, check in asked for found in check(tenant)]
    return findings, {(each.name, EVERY) for each, _ in asked}


def _of_job(by: Rule, found: Found, window: Window) -> Finding:
    alert, evidence = (found.alert, found.evidence) if isinstance(found, Finding) else (found, None)
    named = msgspec.structs.replace(alert, rule=by.name, job_id=window.job.id, job_name=window.job.name)
    keeps = found.keeps if isinstance(found, Finding) else None
    return Finding(alert=named, evidence=evidence or _evidence(named, window), keeps=keeps)


def _of_tenant(by: Rule, found: Found) -> Finding:
    alert, evidence = (found.alert, found.evidence) if isinstance(found, Finding) else (found, Evidence())
    return Finding(alert=msgspec.structs.replace(alert, rule=by.name), evidence=evidence)


def _evidence(alert: Alert, window: Window) -> Evidence:
    if alert.cause is None:
        found = window.job.quarantine
        return Evidence(quarantine=found, first_seen=found.current_began if found else None, count=_waiting(window))
    group = next(each for each in window.failures if each.cause == alert.cause)
    return Evidence(count=group.count, first_seen=group.first_seen, last_seen=group.last_seen, examples=group.examples)


def _waiting(window: Window) -> int:
    return sum(group.count for group in window.failures)
