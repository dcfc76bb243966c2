"""What the bot counts of itself, in Prometheus' words; `bot.metered` says where it is counted."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.model import BrokenRows, Conversation, ConversationKind, Incident, Severity, SourceState, Undelivered, Value
from bot.ports import StoreDown

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.health import Health
    from bot.routes import Routes

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: a look into the logs begins every ten, so one that takes longer is late."""


class Described(Value, frozen=True, kw_only=True):
    """A metric as Prometheus and docs/metrics.md tell of it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


def _counter(name: str, text: str, *labels: str) -> Described:
    return Described(name=f"syncwatch_{name}_total", kind="counter", labels=labels, text=text)


def _gauge(name: str, text: str, *labels: str) -> Described:
    return Described(name=f"syncwatch_{name}", kind="gauge", labels=labels, text=text)


ROWS = _counter(
    "rows", "Rows that a source of the provisioning log gave; it gives many of them again and again.", "source"
)
BROKEN = _counter("broken_rows", "Rows that were not as they should be; it goes on over restarts.", "source", "reason")
UP = _gauge("source_up", "1 where a source answered when it was asked last, 0 where it fails.", "source")
LAG = _gauge("lag_seconds", "How long after their time the newest rows of a source came.", "source")
LOOK = Described(
    name="syncwatch_look_seconds",
    kind="histogram",
    labels=("look",),
    text="Looks at the `jobs` and into the `logs`, and how long they took.",
)
FAILED = _counter("looks_failed", "Looks that ended in an unforeseen fault.", "look")
CALLS = _counter(
    "api_calls",
    "Calls to `graph`, `log_analytics` and `teams`, by what became of them: `ok`, `throttled`, `refused` (401, 403), "
    "`rejected` (another 4xx), `failed` (5xx), `unreachable`.",
    "api",
    "outcome",
)
INCIDENTS = _gauge(
    "open_incidents", "Incidents that are open, those too that another one explains.", "rule", "severity"
)
DELIVERIES = _counter(
    "deliveries",
    "Attempts to tell, by what became of them: cards `sent` and `updated`, notes `noted`, what is `retried`, what is `dead`, "
    "and cards that were `gone` when they were to be updated.",
    "outcome",
)
OWED = _gauge(
    "undelivered",
    "Cards, notes and posts that are `waiting` to be sent, wait for a receiver that is `closed` to the bot, or are `dead`: given up.",
    "kind",
    "state",
)
CLOSED = _gauge(
    "closed_receivers",
    "Receivers that are closed to the bot and named by a route, the fallback or `[oncall]`, also where nothing waits there.",
    "kind",
)
OLDEST = _gauge(
    "oldest_delivery_seconds", "For how long the oldest delivery that is `waiting` and due has been so.", "kind"
)
DATABASE = _gauge(
    "database_up", "1 where the bot's own database answers, 0 where not; what is looked up in it is absent then."
)
LEADER = _gauge("leader", "1 where this replica watches and delivers, 0 where another does.")
EPOCH = _gauge("lease_epoch", "Grows whenever a replica begins to lead.")
RELOADED = _gauge(
    "config_last_reload_successful",
    "1 where the file of `ROUTES` is in force as it is now, 0 where it was changed and has mistakes.",
)

ALL = (
    ROWS,
    BROKEN,
    UP,
    LAG,
    LOOK,
    FAILED,
    CALLS,
    INCIDENTS,
    DELIVERIES,
    OWED,
    CLOSED,
    OLDEST,
    DATABASE,
    LEADER,
    EPOCH,
    RELOADED,
)


class Metrics:
    """One registry a bot, so that two in one process do not count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.rows, self.calls, self.deliveries, self.looks_failed = (
            Counter(each.name, each.text, each.labels, registry=self.registry)
            for each in (ROWS, CALLS, DELIVERIES, FAILED)
        )
        self.look_seconds = Histogram(LOOK.name, LOOK.text, LOOK.labels, buckets=BUCKETS, registry=self.registry)
        ProcessCollector(registry=self.registry)

    async def text(self, store: Store, health: Health, routes: Routes, at: datetime, *, leads: bool) -> bytes:
        """All metrics as Prometheus reads them, also while the database does not answer."""
        now = Now(sources=health.states(), leads=leads, reloaded=not routes.problem)
        with suppress(StoreDown):
            async with store.look() as tx:
                lease = await tx.lease.get()
                now = replace(
                    now,
                    answers=True,
                    broken=await tx.broken.all(),
                    incidents=tuple(await tx.incidents.open()),
                    undelivered=await tx.owing.all(),
                    closed=tuple(await routes.closed(tx)),
                    oldest={each.kind.value: at - each.since for each in await tx.owing.oldest(at)},
                    epoch=lease.epoch if lease else 0,
                )
        present = CollectorRegistry(auto_describe=False)
        present.register(Present(now))
        return generate_latest(self.registry) + generate_latest(present)


class Now(Value, frozen=True, kw_only=True):
    """What is not counted but looked up when somebody asks. `answers` says that the database does."""

    sources: tuple[SourceState, ...]
    leads: bool
    reloaded: bool
    answers: bool = False
    broken: tuple[BrokenRows, ...] = ()
    incidents: tuple[Incident, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    closed: tuple[Conversation, ...] = ()
    oldest: Mapping[str, timedelta] = {}
    epoch: int = 0


class Present(Collector):
    """The metrics whose values are looked up."""

    def __init__(self, now: Now) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        broken = CounterMetricFamily(BROKEN.name, BROKEN.text, labels=BROKEN.labels)
        for each in self._now.broken:
            broken.add_metric([each.source, each.why.value], each.count)
        incidents = Tally((each.alert.rule, each.alert.severity) for each in self._now.incidents)
        yield broken
        yield self._made(UP, {(each.name,): float(each.failing_since is None) for each in self._now.sources})
        yield self._made(LAG, {(each.name,): each.lag for each in self._now.sources if each.lag is not None})
        yield self._made(INCIDENTS, {(rule, Severity(how).value): n for (rule, how), n in sorted(incidents.items())})
        yield self._made(
            OWED,
            {(each.kind.value, each.state.value): each.count for each in self._now.undelivered},
        )
        yield self._made(OLDEST, {(kind,): max(0.0, age.total_seconds()) for kind, age in self._now.oldest.items()})
        yield self._made(DATABASE, {(): float(self._now.answers)})
        yield self._made(LEADER, {(): float(self._now.leads)})
        yield self._made(RELOADED, {(): float(self._now.reloaded)})
        if self._now.answers:
            shut = Tally(each.kind for each in self._now.closed)
            yield self._made(CLOSED, {(kind.value,): float(shut[kind]) for kind in ConversationKind})
            yield self._made(EPOCH, {(): float(self._now.epoch)})

    def _made(self, described: Described, values: dict[tuple[str, ...], float]) -> Metric:
        metric = GaugeMetricFamily(described.name, described.text, labels=described.labels)
        for labels, value in values.items():
            metric.add_metric(labels, value)
        return metric
