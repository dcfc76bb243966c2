"""The beat that speaks words which are in no documentation, as Microsoft's services sometimes do."""

from __future__ import annotations

import copy
import random
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.beats.registry import beat, healthy
from sandbox.ids import drawn_guid, whole_second
from sandbox.outcomes import Outcome
from sandbox.rows import Json

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

CODE, REASON, STEP, STATUS, ACTION = "Hibernating", "EncounteredSolarFlare", "reticulation", "perplexed", "teleport"


@beat
def unknown_words(tenant: Tenant, at: datetime, job: str = "Plotter") -> Json:
    """A job gets a status code and a quarantine reason, and the log a row, with words that nobody has seen."""
    found = tenant.job(job)
    quarantine = {
        "currentBegan": whole_second(at),
        "error": {"code": "SolarFlareDetected", "message": "The sun is too bright.", "tenantActionable": False},
        "nextAttempt": whole_second(at + tenant.span(hours=6)),
        "reason": REASON,
        "seriesBegan": whole_second(at),
        "seriesCount": 1,
        "magnitude": 9,
    }
    found.extra = {"code": CODE, "quarantine": quarantine, "weather": "sunny"}
    subject, other = healthy(tenant, found, 2)
    found.reserved |= {subject.id, other.id}
    rng = random.Random(f"{tenant.seed} unknown words {at.timestamp()}")
    outcome = Outcome(
        action=ACTION, status="failure", code="SolarFlareDetected", reason="The sun is too bright.", step=STEP
    )
    # A copy: rows share the parts that do not change.
    row = copy.deepcopy(tenant.log.row(found.spec, subject, outcome, at, drawn_guid(rng), rng))
    tenant.send({**row, "phaseOfTheMoon": "full"}, at, rng, prompt=True)
    odd = copy.deepcopy(tenant.log.row(found.spec, other, outcome, at, drawn_guid(rng), rng))
    odd["provisioningStatusInfo"]["status"] = STATUS
    tenant.send(odd, at, rng, prompt=True)
    words = [CODE, REASON, STEP, STATUS]
    return {"job": found.id, "objects": [subject.id, other.id], "rows": [row["id"], odd["id"]], "words": words}
