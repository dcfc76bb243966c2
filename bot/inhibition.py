"""What explains what: an alert that is only the consequence of another is held back while that one lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from bot.model import Alert, Finding

SWITCHED_OFF = "switched off"
"""The key of the alert that Entra switched a job off."""

# Rules in KQL that look into the log for what other rules read out of the ledger.
_IN_THE_LOG = frozenset({"cloud_sync_errors", "provisioning_failures"})
_OF_OBJECTS = frozenset({"failing_objects", "stuck_object", "failure_spike", "quarantine_forecast"}) | _IN_THE_LOG

OF_A_JOB: Mapping[str, frozenset[str]] = {
    # Entra switches a job off for its quarantine, whose card says so then; a person's pause is news of its own.
    "quarantine": _OF_OBJECTS | {"hidden_losses", f"job_paused/{SWITCHED_OFF}"},
    "deletions_staged": _OF_OBJECTS | {"quarantine", f"job_paused/{SWITCHED_OFF}"},
    "job_paused": frozenset({"job_silent", "no_exports", "nothing_exported", "provisioning_job_changed"}),
    "job_missing": frozenset({"job_silent", "no_exports", "nothing_exported"}),
    "failing_objects": _IN_THE_LOG,
    "failure_spike": frozenset({"provisioning_failures"}),
    "no_exports": frozenset({"nothing_exported"}),
    "config_changed": frozenset({"provisioning_settings_changed", "provisioning_job_changed"}),
}
"""By rule: the rules, or alerts as rule/key, about the same job that it explains."""

STUCK, FAILING = "stuck_object", "failing_objects"

SOURCE = "source_failing"
OF_A_SOURCE: Mapping[str, frozenset[str]] = {
    "graph": frozenset({"logs_late"}),
    "log_analytics": frozenset({"logs_late"}),
    "jobs": frozenset({"job_silent", "job_missing", "job_never_ran", "no_exports"}),
    "directory": frozenset({"credential_invalid"}),
}
"""By the source that is gone: the rules whose alerts, about any job, are explained by that."""

MOST_NAMED = 5


def inhibit(findings: Iterable[Finding], lasting: Iterable[Alert] = (), lately: Iterable[Alert] = ()) -> list[Finding]:
    """Say of each finding what holds it back, and on the one that holds what it holds.

    `lasting` are alerts that are open but could not be looked at now: they hold back as before. `lately` are those that
    are over since not long: what a query found in the log is older than that, so they still explain it.
    """
    found = list(findings)
    holders = [each.alert for each in found] + list(lasting)
    index = _index(holders)
    same = _of_one_cause(found)
    before = _index(lately)

    def holder(each: Finding) -> str:
        late = _holder(each.alert, before) if each.evidence.sheet is not None else ""
        return _holder(each.alert, index) or same.get(each.alert.fingerprint, "") or late

    held = [replace(each, held_by=holder(each)) for each in found]
    by_holder: dict[str, list[Finding]] = {}
    for each in held:
        by_holder.setdefault(each.held_by, []).append(each)
    naming = {*_HOLDERS, FAILING}
    return [
        _with_names(each, by_holder.get(each.alert.fingerprint, [])) if each.alert.rule in naming else each
        for each in held
    ]


_HOLDERS = {*OF_A_JOB, SOURCE}


def _of_one_cause(found: Iterable[Finding]) -> dict[str, str]:
    """Holders by what they hold, where objects are stuck and fail for the same cause: one of the two says it all.

    Where all that fails for the cause is stuck, the stuck objects are the news, and stand for it; where others fail too,
    the failing objects are, and name what is stuck among them.
    """
    found = list(found)
    failing = {(each.alert.job_id, each.alert.cause): each for each in found if each.alert.rule == FAILING}
    held: dict[str, str] = {}
    for stuck in found:
        others = failing.get((stuck.alert.job_id, stuck.alert.cause)) if stuck.alert.rule == STUCK else None
        if others is not None:
            all_stuck = stuck.evidence.count >= others.evidence.count
            less, more = (others, stuck) if all_stuck else (stuck, others)
            held[less.alert.fingerprint] = more.alert.fingerprint
    return held


def _index(alerts: Iterable[Alert]) -> dict[tuple[str, str], str]:
    """Fingerprints of those that can hold back: by rule and job, or by the source that is gone."""
    index: dict[tuple[str, str], str] = {}
    for alert in alerts:
        if alert.rule in _HOLDERS:
            about = alert.key if alert.rule == SOURCE else _about(alert)
            index.setdefault((alert.rule, about), alert.fingerprint)
    return index


def _holder(alert: Alert, index: Mapping[tuple[str, str], str]) -> str:
    for source, explained in OF_A_SOURCE.items():
        if alert.rule in explained and (holder := index.get((SOURCE, source))) is not None:
            return holder
    for rule, explained in OF_A_JOB.items():
        mine = alert.rule in explained or f"{alert.rule}/{alert.key}" in explained
        if mine and (holder := index.get((rule, _about(alert)))) is not None:
            return holder
    return ""


def _about(alert: Alert) -> str:
    """The job; or the application, by which the key of an alert begins that is about several jobs or none."""
    return alert.job_id or alert.key.partition("/")[0]


def _with_names(holder: Finding, held: Iterable[Finding]) -> Finding:
    # That the job is switched off is what the holder's own title says then.
    mine = [each for each in held if each.alert.key != SWITCHED_OFF]
    mine.sort(key=lambda each: (-each.evidence.count, each.alert.fingerprint))
    if not mine:
        return holder
    names = [_name(each) for each in mine[:MOST_NAMED]]
    more = [f"{len(mine) - MOST_NAMED} more"] if len(mine) > MOST_NAMED else []
    return replace(holder, evidence=replace(holder.evidence, held=(*names, *more)))


def _name(finding: Finding) -> str:
    about = finding.alert.title.removeprefix(f"{finding.alert.job_name}: ")
    return f"{about} ({finding.evidence.count:,})" if finding.evidence.count else about
