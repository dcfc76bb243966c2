"""Somebody saves a rule of their own with a mistake in it, and mends it later."""

from tests.support.cases import Case
from tests.support.whole import Whole

RULE = """// title: A job was paused
// help: Somebody paused a job.
// severity: SEVERITY
AuditLogs
| where ActivityDisplayName has "pause"
"""


async def play(whole: Whole) -> None:
    (whole.folder / "rules" / "job_was_paused.kql").write_text(RULE)
    await whole.look(seconds=60)


async def heal(whole: Whole) -> None:
    (whole.folder / "rules" / "job_was_paused.kql").write_text(RULE.replace("SEVERITY", "low"))
    await whole.look(seconds=60)


CASE = Case(
    rule="rule_broken",
    play=play,
    says=("The rule job_was_paused does not work", "line 3", "write critical, high, medium, low"),
    heal=heal,
)
