"""The Log Analytics workspace: whether it answers, whether the log is exported to it, and how late rows come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.kql.tables import columns
from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis
from bot.ports import Logs, Refusal, SourceDown
from cards.words import count, duration

TOPIC = "Workspace"
DELAY = "Delay"
MOST_ASKED = 20
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
    async for each in _tables(patient.logs, patient.settings.kql_tables, (now - DAY, now)):
        yield each
    usual, most = (timedelta(seconds=max(0, int(row.get(name) or 0))) for name in ("Usual", "Most"))
    said = f"Rows of the last day were in the workspace {duration(usual)} after their time, 95 of 100 within {duration(most)}"
    if usual >= SLOW:
        yield note(DELAY, f"{said}: incidents open that much later; Azure's status page says whether it is known.")
    else:
        yield well(DELAY, f"{said}.")


async def _tables(logs: Logs, named: Iterable[str], day: tuple[datetime, datetime]) -> AsyncIterator[Diagnosis]:
    """Which tables there are is known to the workspace alone, but for those that every one of them can have."""
    for name in [each for each in named if each not in columns()][:MOST_ASKED]:
        try:
            await logs.query(f"{name} | take 1", timespan=day)
        except (SourceDown, Refusal) as error:
            yield fault(TOPIC, f"KQL_TABLES names {name}, which cannot be asked: {error}")
