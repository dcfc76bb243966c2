"""The Log Analytics workspace: whether it answers, whether the log is exported to it, and how late rows come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis
from bot.ports import Refusal, SourceDown
from cards.words import count, duration

TOPIC = "Workspace"
DELAY = "Delay"
DAY, SLOW = timedelta(days=1), timedelta(minutes=30)
_QUERY = """
AADProvisioningLogs
| extend Late = datetime_diff('second', ingestion_time(), TimeGenerated)
| summarize Rows = count(), Usual = percentile(Late, 50), Most = percentile(Late, 95)
""".strip()


@check(TOPIC, order=50)
async def workspace(patient: Patient) -> AsyncIterator[Diagnosis]:
    if not patient.settings.workspace_id or patient.logs is None:
        return
    now = patient.now()
    try:
        found = await patient.logs.query(_QUERY, timespan=(now - DAY, now))
    except (SourceDown, Refusal) as error:
        yield fault(TOPIC, str(error))
        return
    row: Mapping[str, Any] = found[0] if found else {}
    rows = int(row.get("Rows") or 0)
    if not rows:
        told = (
            "It answers but holds no row of the last day: send ProvisioningLogs to it in Entra's diagnostic settings."
        )
        yield note(TOPIC, told)
        return
    yield well(TOPIC, f"It answers and holds {count(rows, 'row')} of the last day.")
    usual, most = (timedelta(seconds=max(0, int(row.get(name) or 0))) for name in ("Usual", "Most"))
    said = f"Rows come {duration(usual)} after their time, 95 of 100 within {duration(most)}"
    if usual >= SLOW:
        yield note(DELAY, f"{said}: incidents open that much later; Azure's status page says whether it is known.")
    else:
        yield well(DELAY, f"{said}.")
