"""What explains what: an alert that is only the consequence of another is held back while that one lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from bot.model import Alert, Finding

OF_A_JOB: Mapping[str, frozenset[str]] = {
    "quarantine": frozenset(
        {"failing_objects", "stuck_object", "failure_spike", "hidden_losses", "quarantine_forecast"}
    ),
    "deletions_staged": frozenset(
        {"quarantine", "failing_objects", "stuck_object", "failure_spike", "quarantine_forecast"}
    ),
    "job_paused": frozenset({"job_silent", "no_exports"}),
    "job_missing": frozenset({"job_silent", "no_exports"}),
}
"""By rule: the rules whose alerts about the same job it explains."""

SOURCE = "source_failing"
OF_A_SOURCE: Mapping[str, frozenset[str]] = {
    "graph": frozenset({"logs_late"}),
    "log_analytics": frozenset({"logs_late"}),
    "jobs": frozenset({"job_silent", "job_missing", "job_never_ran", "no_exports"}),
    "directory": frozenset({"credential_invalid"}),
}
"""By the source that is gone: the rules whose alerts, about any job, are explained by that."""

MOST_NAMED = 5


def inhibit(findings: Iterable[Finding], lasting: Iterable[Alert] = ()) -> list[Finding]:
    """Say of each finding what holds it back, and on the one that holds what it holds.

    `lasting` are alerts that are open but could not be looked at now: they hold back as before.
    """
    found = list(findings)
    holders = [each.alert for each in found] + list(lasting)
    index = _index(holders)
    held = [replace(each, held_by=_holder(each.alert, index)) for each in found]
    return [_with_names(each, held) if each.alert.rule in _HOLDERS else each for each in held]


_HOLDERS = {*OF_A_JOB, SOURCE}


def _index(alerts: Iterable[Alert]) -> dict[tuple[str, str], str]:
    """Fingerprints of those that can hold back: by rule and job, or by the source that is gone."""
    index: dict[tuple[str, str], str] = {}
    for alert in alerts:
        if alert.rule in _HOLDERS:
            about = alert.key if alert.rule == SOURCE else alert.job_id
            index.setdefault((alert.rule, about), alert.fingerprint)
    return index


def _holder(alert: Alert, index: Mapping[tuple[str, str], str]) -> str:
    for source, explained in OF_A_SOURCE.items():
        if alert.rule in explained and (holder := index.get((SOURCE, source))) is not None:
            return holder
    for rule, explained in OF_A_JOB.items():
        if alert.rule in explained and (holder := index.get((rule, alert.job_id))) is not None:
            return holder
    return ""


def _with_names(holder: Finding, findings: Iterable[Finding]) -> Finding:
    mine = [each for each in findings if each.held_by == holder.alert.fingerprint]
    if not mine:
        return holder
    mine.sort(key=lambda each: (-each.evidence.count, each.alert.fingerprint))
    names = [_name(each) for each in mine[:MOST_NAMED]]
    more = [f"{len(mine) - MOST_NAMED} more"] if len(mine) > MOST_NAMED else []
    return replace(holder, evidence=replace(holder.evidence, held=(*names, *more)))


def _name(finding: Finding) -> str:
    about = finding.alert.title.removeprefix(f"{finding.alert.job_name}: ")
    return f"{about} ({finding.evidence.count:,})" if finding.evidence.count else about
