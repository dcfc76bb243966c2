"""The tenant in a box: a company whose provisioning jobs run, fail and recover on an injected clock, all in memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from sandbox import cycles, story
from sandbox.actions import Action
from sandbox.apps import Apps
from sandbox.audits import Activity, directory_audit, provisioning_audit
from sandbox.beats import BEATS
from sandbox.job import Job
from sandbox.lag import Lag
from sandbox.rows import Json, Log
from sandbox.subjects import subjects
from sandbox.sync import ConnectSync
from sandbox.timeline import Queue, Timeline
from sandbox.tokens import Tokens
from sandbox.wild import Wild
from sandbox.world import make_world

SLOWEST, FASTEST = 0.01, 1_000.0
LONGEST_HISTORY = 30 * 24


class LogRow(msgspec.Struct, frozen=True):
    """A row of the provisioning log, and when the sources show it; `repeat` marks one that was shown before."""

    event: Json
    arrived_at: datetime
    repeat: bool = False


def utc_now() -> datetime:
    return datetime.now(UTC)


class Tenant:
    """Everything the sandbox knows. `advance()` brings it up to its clock; nothing happens in between.

    `speed` compresses cadences, lags and stories: at 60 a job that runs every two minutes runs every two seconds.
    Times in rows are always the clock's. Raises ValueError for what cannot be played.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        story: str = "default",
        speed: float = 1.0,
        clock: Callable[[], datetime] = utc_now,
        lag: Lag | None = None,
        history_hours: float = 2.0,
    ) -> None:
        _check(story, speed, history_hours)
        self.world = make_world(seed)
        self.seed, self.speed, self.lag = seed, speed, lag or Lag()
        self.id, self.workspace_id = self.world.tenant_id, self.world.workspace_id
        self.app_id, self.app_secret = self.world.app_id, self.world.app_secret
        self.everybody = {person.id: person.in_teams for person in self.world.people}
        self.admins = tuple(self.everybody.values())[:5]
        self.apps = Apps(self.world, tuple(who["id"] for who in self.admins))
        self.team = _team(self.world.team_group, self.world.team_channels)
        # Not the tenant's own clock: clients in other processes do not know when it is put forward.
        self.tokens = Tokens(clock)
        self.timeline, self.log, self.wild = Timeline(), Log(self.id), Wild()
        self.jobs = {spec.id: Job(spec, subjects(self.world, number)) for number, spec in enumerate(self.world.jobs)}
        self.deleted: dict[str, Job] = {}
        self.arrived: list[LogRow] = []
        self.audits: list[Json] = []
        self.exported = True  # to the workspace
        self.messages: dict[str, list[Json]] = {}
        self.actions: list[Action] = []
        self.subjects_sent: set[tuple[str, str]] = set()
        self.secret_ends: dict[str, datetime] = {}
        self.sync = ConnectSync()
        self.groups_gone: set[str] = set()
        self.groups_empty: set[str] = set()
        self.groups_named: dict[str, str] = {}
        self.roles = {who["id"]: "user" for who in self.admins} | {self.world.groups[-1].id: "group"}
        self.owners = {
            spec.principal.id: [self.admins[at % len(self.admins)]["id"]] for at, spec in enumerate(self.world.jobs)
        }
        self._clock, self._offset = clock, timedelta()
        self._rows: Queue[LogRow] = Queue()
        self._audit_rows: Queue[Json] = Queue()
        self._rng = random.Random(f"{seed} audits")
        self.started = self.clock()
        self._shown_until = self.started - self.span(hours=history_hours)
        self._begin(story)

    def clock(self) -> datetime:
        """The tenant's time: the injected clock's, plus what was skipped."""
        return self._clock() + self._offset

    def skip(self, seconds: float) -> None:
        """Put the tenant's clock forward for good."""
        self._offset += timedelta(seconds=seconds)

    def span(self, *, seconds: float = 0.0, hours: float = 0.0) -> timedelta:
        """A stretch of the tenant's life, compressed by its speed."""
        return timedelta(seconds=(seconds + hours * 3600) / self.speed)

    def advance(self) -> None:
        """Play everything up to now and show the rows whose time has come. Every handler calls it first."""
        now = self.clock()
        self.timeline.play(now)
        while (row := self._rows.pop(now)) is not None:
            self.arrived.append(row[1])
        while (audit := self._audit_rows.pop(now)) is not None:
            self.audits.append(audit[1])
        self._shown_until = max(self._shown_until, now)

    def beat(self, name: str, **args: Any) -> Any:
        """Let something happen now; the names and arguments are those of sandbox/beats.py. Raises KeyError, TypeError."""
        self.advance()
        return BEATS[name](self, self.clock(), **args)

    def job(self, words: str) -> Job:
        """The job with this id, or the first whose name or template holds these words. Raises KeyError."""
        if words in self.jobs:
            return self.jobs[words]
        for job in self.jobs.values():
            if words.lower() in f"{job.spec.name} {job.spec.template}".lower():
                return job
        raise KeyError(f"no job is called {words!r}")

    # What jobs and beats use

    def send(
        self,
        event: Json,
        at: datetime,
        rng: random.Random,
        *,
        prompt: bool = False,
        not_before: datetime | None = None,
        lag: Lag | None = None,
    ) -> datetime:
        """Put a row on its way to the log; it may be late, and it may come twice. Returns its last arrival."""
        lag = lag or self.lag
        first = at + lag.draw(rng, prompt=prompt) / self.speed
        # What was shown is not rewritten: a row about the past arrives now at the earliest.
        first = last = max(first, not_before or at, self._shown_until)
        self._rows.add(first, LogRow(event, first))
        self.subjects_sent.add((event["jobId"], event["sourceIdentity"]["id"]))
        if (later := lag.repeat(rng)) is not None:
            last = first + later / self.speed
            self._rows.add(last, LogRow(event, last, True))
        return last

    def audit(
        self, at: datetime, activity: str, job: Job, *, reason: str = "", by: str = "", user: Json | None = None
    ) -> None:
        """Write an audit row about a job; `by` is the id of the app that acted, `user` the person."""
        row = provisioning_audit(activity, job.spec.principal, at, self._rng, reason=reason, by=by, user=user)
        self._show(at, row)

    def note(self, at: datetime, activity: Activity, **about: Any) -> Json:
        """Write an audit row about anything else; the words are those of `directory_audit`."""
        row = directory_audit(activity, at, self._rng, **about)
        self._show(at, row)
        return row

    def acted(self, job: Job, verb: str, body: Any = None) -> datetime:
        """Note an action of somebody on a job, and say when it was."""
        at = self.clock()
        self.actions.append(Action(at=at, job_id=job.id, verb=verb, body=body))
        return at

    def _show(self, at: datetime, audit: Json) -> None:
        self._audit_rows.add(at + self.lag.draw(self._rng, prompt=True) / self.speed, audit)

    def _begin(self, name: str) -> None:
        """Jobs have been running for a while when the sandbox starts, so that there is something to look back on."""
        for number, job in enumerate(self.jobs.values()):
            phase = job.spec.cadence * (number + 1) / (len(self.jobs) + 1)
            cycles.plan(self, job, self._shown_until + self.span(seconds=phase))
        story.tell(self, name)
        self.advance()


def _check(name: str, speed: float, history_hours: float) -> None:
    if name not in story.STORIES:
        raise ValueError(f"there is no story {name!r}; there are {', '.join(story.STORIES)}")
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"the speed must be between {SLOWEST:g} and {FASTEST:g}")
    if not 0 <= history_hours <= LONGEST_HISTORY:
        raise ValueError(f"the history must be between 0 and {LONGEST_HISTORY} hours long")


def _team(group_id: str, channels: tuple[tuple[str, str], ...]) -> Json:
    return {
        "id": channels[0][0],
        "groupId": group_id,
        "name": "Identity operations",
        "channels": [{"id": channel, "name": name} for channel, name in channels],
    }
