"""What somebody changed on a job shortly before its trouble began, as evidence of the alerts about that job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot import changes
from bot.model import AuditEvent, Earlier, Finding, Incident, Window

WITHIN = timedelta(hours=1)
# What these rules tell is the change itself.
_TELL_CHANGES = {"config_changed", "job_paused"}


def attach(
    findings: Iterable[Finding], known: Mapping[str, Incident], windows: Iterable[Window], now: datetime
) -> Iterator[Finding]:
    """The findings, each with the last change of its job within the hour before it began. What was found once stays."""
    audits = {window.job.id: window.audits for window in windows}
    for finding in findings:
        incident = known.get(finding.alert.fingerprint)
        earlier = _earlier(finding, incident, audits.get(finding.alert.job_id, ()), now)
        yield finding if earlier is None else replace(finding, evidence=replace(finding.evidence, earlier=earlier))


def _earlier(
    finding: Finding, incident: Incident | None, audits: Sequence[AuditEvent], now: datetime
) -> Earlier | None:
    if finding.alert.rule in _TELL_CHANGES:
        return None
    lasting = incident if incident is not None and incident.open else None
    if lasting is not None and lasting.evidence.earlier is not None:
        return lasting.evidence.earlier
    began = min(filter(None, (finding.evidence.first_seen, lasting.opened_at if lasting else now)))
    before = [event for event in audits if changes.is_change(event) and began - WITHIN <= event.at <= began]
    if not before:
        return None
    last = max(before, key=lambda event: (event.at, event.id))
    return Earlier(at=last.at, who=last.actor or "Somebody", what=changes.what(last))
