"""What is asked of the log's home, in KQL: whom a word may mean, what was done with somebody, and failures by cause."""

from __future__ import annotations

import json

from bot.model import Subject

MOST_SUBJECTS, MOST_HAPPENINGS, MOST_CAUSES, MOST_IDS = 200, 300, 200, 12

_FIND = """
AADProvisioningLogs
| where SourceIdentity contains $WORD or TargetIdentity contains $WORD
| summarize Rows = count(), Last = max(TimeGenerated) by SourceIdentity, TargetIdentity
| order by Last desc
| take $MOST
| project SourceIdentity, TargetIdentity, Rows, Last = tostring(Last)
""".strip()

_STORY = """
AADProvisioningLogs
| where $ABOUT
| order by TimeGenerated desc
| take $MOST
| project Id, At = tostring(TimeGenerated), JobId, CycleId, ChangeId, ProvisioningAction, ResultType, ResultSignature,
    ResultDescription, ProvisioningStatusInfo, SourceIdentity, TargetIdentity, ServicePrincipal,
    Steps = ProvisioningSteps, ModifiedProperties
""".strip()

# Twice, because an object that fails again and again counts once, exactly.
_ERRORS = """
AADProvisioningLogs
| where ResultType == "Failure"$JOB
| summarize First = min(TimeGenerated), Last = max(TimeGenerated), Reason = take_any(ResultDescription)
    by JobId, ResultSignature, SourceIdentity
| summarize Objects = count(), First = min(First), Last = max(Last), Reason = take_any(Reason),
    Example = take_any(SourceIdentity) by JobId, ResultSignature
| order by Objects desc
| take $MOST
| project JobId, ResultSignature, Objects, First = tostring(First), Last = tostring(Last), Reason, Example
""".strip()


def finding(word: str) -> str:
    """The query for whom a word (a name, an address, an id, or a part of one) may mean."""
    return _FIND.replace("$WORD", _literal(_in_json(word))).replace("$MOST", str(MOST_SUBJECTS))


def story(subject: Subject) -> str:
    """The query for what every job did with somebody, the newest first."""
    terms = [
        f"{column} contains_cs {_literal(_in_json(each))}"
        for column in ("SourceIdentity", "TargetIdentity")
        for each in subject.ids[:MOST_IDS]
    ]
    return _STORY.replace("$ABOUT", "\n    or ".join(terms)).replace("$MOST", str(MOST_HAPPENINGS))


def past_errors(job_id: str = "") -> str:
    """The query for failures by job and error code."""
    only = f" and JobId == {_literal(job_id)}" if job_id else ""
    return _ERRORS.replace("$JOB", only).replace("$MOST", str(MOST_CAUSES))


def as_written(word: str) -> list[str]:
    """The word as it stands in the log."""
    return [_in_json(word)]


def texts(subject: Subject) -> list[str]:
    """What stands in the identities of the subject's rows."""
    return [_in_json(each) for each in subject.ids[:MOST_IDS]]


def _in_json(text: str) -> str:
    """The text as it stands inside a JSON column."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _literal(text: str) -> str:
    """The text as a literal of KQL, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
