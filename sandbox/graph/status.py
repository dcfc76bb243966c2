"""A job in the JSON shape of Graph's synchronizationJob."""

from __future__ import annotations

from datetime import datetime

from sandbox.catalogue import AD
from sandbox.ids import NEVER, whole_second
from sandbox.job import Execution, Job, Quarantine
from sandbox.rows import Json
from sandbox.trouble import Trouble

_PAGES = 40


def job_json(job: Job, now: datetime) -> Json:
    """The whole job as Graph shows it now."""
    return {
        "id": job.id,
        "templateId": job.spec.template,
        # Graph shows forty minutes even where a job runs every two.
        "schedule": {"expiration": None, "interval": "PT40M", "state": job.schedule},
        "status": {**_status(job, now), **job.extra},
        "synchronizationJobSettings": _settings(job),
    }


def _status(job: Job, now: datetime) -> Json:
    since, until = job.steady_since, job.steady_until
    return {
        "countSuccessiveCompleteFailures": job.failures_in_a_row,
        "escrowsPruned": job.escrows_pruned,
        "code": job.code,
        "lastExecution": _execution(job, job.last),
        "lastSuccessfulExecution": _execution(job, job.last_success),
        "lastSuccessfulExecutionWithExports": _execution(job, job.last_export),
        "progress": _progress(job, now),
        "quarantine": _quarantine(job.quarantine),
        "steadyStateFirstAchievedTime": whole_second(since) if since else NEVER,
        "steadyStateLastAchievedTime": whole_second(until) if until else NEVER,
        "synchronizedEntryCountByType": [
            {"key": f"{job.spec.objects.lower()} to {job.spec.objects}", "value": job.synced}
        ],
        "troubleshootingUrl": "https://aka.ms/provisioning-quarantine" if job.quarantine else None,
    }


def _execution(job: Job, done: Execution | None) -> Json | None:
    if done is None:
        return None
    return {
        "activityIdentifier": done.id,
        "countEntitled": len(job.pool),
        "countEntitledForProvisioning": len(job.pool),
        "countEscrowed": done.escrowed,
        "countEscrowedRaw": done.escrowed,
        "countExported": done.exported,
        "countExports": done.exports,
        "countImported": done.imported,
        "countImportedDeltas": done.imported,
        "countImportedReferenceDeltas": 0,
        "error": _error(done.error),
        "state": done.state,
        "timeBegan": whole_second(done.began),
        "timeEnded": whole_second(done.ended),
    }


def _progress(job: Job, now: datetime) -> list[Json]:
    cycle = job.running
    if cycle is None or not cycle.initial:
        return []
    done = int(_PAGES * (now - cycle.began) / (cycle.ends - cycle.began))
    # As of the page that was done last, so that it stands still for a while.
    seen = cycle.began + done * (cycle.ends - cycle.began) / _PAGES
    return [
        {
            "completedUnits": done,
            "progressObservationDateTime": whole_second(seen),
            "totalUnits": _PAGES,
            "units": "Users",
        }
    ]


def _quarantine(stay: Quarantine | None) -> Json | None:
    if stay is None:
        return None
    return {
        "currentBegan": whole_second(stay.began),
        "error": _error(stay.error),
        "nextAttempt": whole_second(stay.next_attempt),
        "reason": stay.reason,
        "seriesBegan": whole_second(stay.series_began),
        "seriesCount": stay.attempts,
    }


def _error(trouble: Trouble | None) -> Json | None:
    if trouble is None:
        return None
    return {"code": trouble.code, "message": trouble.reason, "tenantActionable": True}


def _settings(job: Job) -> list[Json]:
    if AD in (job.spec.source, job.spec.target):
        return [{"name": "QuarantineTooManyDeletesThreshold", "value": "500"}]
    return []
