"""Every card that the checks and the gallery look at: each module's example, and the variants worth seeing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import cast

from msgspec.structs import replace

import cards
from bot import registry
from bot.model import (
    Advice,
    Alert,
    AuditEntry,
    Conversation,
    ConversationKind,
    Evidence,
    Incident,
    Job,
    LastTime,
    Person,
    Quarantine,
    RuleHelp,
    Severity,
    Snooze,
    SnoozeEnd,
    State,
    Subject,
    TimelineEntry,
)
from bot.ports import Card
from bot.replay import Made
from bot.route_words import RouteShown
from cards import sample
from cards.audit import Asked, audit
from cards.confirm import confirm
from cards.errors import errors
from cards.explain import explain
from cards.help import COMMANDS
from cards.help import help as help_card
from cards.incident import incident
from cards.incidents import incidents
from cards.job import job
from cards.jobs import jobs
from cards.message import message
from cards.receipt import receipt
from cards.refusal import refusal
from cards.routes import RoutesPage, routes
from cards.rules import rules
from cards.snooze import ask
from cards.timeline import timeline
from cards.user import user, which
from cards.watching import EVERYTHING, ended_elsewhere, tried, unwatched, watching
from cards.welcome import welcome
from tests.support.card_samples_of_time import cards_of_time

NOW = sample.NOW
ADA = Person(id="a", name="Ada Admin")
UNKNOWN = Quarantine(reason="SomethingNewFromMicrosoft", error_code="NeverSeen", error_message="A *new* [reason](x).")


def examples() -> Iterator[tuple[str, Card]]:
    """The example of every card module."""
    for module in registry.load(cards):
        if (example := getattr(module, "example", None)) is not None:
            yield module.__name__.removeprefix("cards."), cast("Callable[[], Card]", example)()


def every_card() -> dict[str, Card]:
    """All examples and variants by name."""
    return {**dict(examples()), **_incidents(), **_jobs(), **_others(), **cards_of_time()}


_HAPPENED = TimelineEntry(at=NOW, kind="changed", by="Ada *Admin*", text="high: " + "x" * 200)
_ASKED = AuditEntry(
    at=NOW - timedelta(days=3),
    person=ADA,
    conversation_id="c",
    command="restart",
    words=f"{sample.CLOUD_SYNC.name} --scope quarantine,escrows",
    outcome="refused: Microsoft Graph answers 403: *Forbidden*.",
)
_RULE = RuleHelp(name="stuck_object", text="One object fails again and again.", needs="x", severity=Severity.LOW)


_ROUTE = RouteShown(
    label="7",
    where="HR *systems* in Contoso",
    what="high or worse; jobs Workday to Entra ID or [x](y); rules for GRC; mentions Ada Admin",
    by="by Carol Chief",
    closed="The team was archived.",
    remarks=("matches no job now",),
    past=Made(cards=12, notes=0),
)


def _incidents() -> dict[str, Card]:
    open_one, clash = sample.IN_QUARANTINE, sample.ADDRESSES_CLASH
    held = replace(
        open_one, state=State.ACKNOWLEDGED, acknowledged_by="Ada Admin", acknowledged_at=NOW - timedelta(minutes=12)
    )
    over = replace(held, state=State.RESOLVED, resolved_at=NOW)
    back = replace(clash, reopened=2, alert=replace(clash.alert, severity=Severity.CRITICAL))
    in_roles = replace(
        clash,
        alert=replace(clash.alert, severity=Severity.HIGH),
        evidence=replace(clash.evidence, facts=(("Roles", "1 of them holds a directory role"),)),
    )
    snoozed = replace(
        clash,
        snooze=Snooze(
            by=ADA, reason="Being *renamed*", began=NOW, until=NOW + timedelta(hours=4), ends=SnoozeEnd.WORSE
        ),
        assigned_to=ADA,
        last_time=LastTime(
            number=12,
            opened_at=NOW - timedelta(days=40),
            resolved_at=NOW - timedelta(days=39),
            job_name="Slack",
            how="after Ada Admin did this: restart, portal",
        ),
    )
    holds = replace(open_one, evidence=replace(open_one.evidence, held=("Conflict on proxyAddresses (3)", "5 more")))
    waits = Advice(
        code="X", meaning="Entra is busy.", action="Wait.", actor="Microsoft", auto_retry=True, self_heals=True
    )
    return {
        "incident-acknowledged": incident(held, sample.PASSWORD_ADVICE, NOW),
        "incident-resolved": incident(over, sample.PASSWORD_ADVICE, NOW),
        "incident-objects": incident(clash, sample.CLASH_ADVICE, NOW, seen_after=timedelta(seconds=41)),
        "incident-objects-resolved": incident(
            replace(clash, state=State.RESOLVED, resolved_at=NOW, peak=12), sample.CLASH_ADVICE, NOW
        ),
        "incident-no-job": incident(replace(over, ended="the job no longer exists"), sample.PASSWORD_ADVICE, NOW),
        "incident-roles": incident(in_roles, sample.CLASH_ADVICE, NOW),
        "incident-snoozed": incident(snoozed, sample.CLASH_ADVICE, NOW),
        "incident-holds": incident(holds, sample.PASSWORD_ADVICE, NOW),
        "incident-held": incident(replace(clash, held_by="quarantine/x/"), sample.CLASH_ADVICE, NOW),
        "incidents-300": incidents([snoozed, over, clash] * 100, NOW, all=True),
        "incidents-none": incidents([], NOW),
        "timeline-empty": timeline(snoozed, sample.CLASH_ADVICE, [], NOW),
        "timeline-long": timeline(held, sample.CLASH_ADVICE, [_HAPPENED] * 400, NOW),
        "snooze-critical": ask(back, timedelta(hours=4)),
        "explain-unknown": explain("X", Advice(code="X", meaning="", known=False), []),
        "rules-100": rules([(_RULE, at % 3) for at in range(100)]),
        "incident-back": incident(back, waits, NOW),
        "incident-unknown": incident(_with(open_one, UNKNOWN), None, NOW),
        "incident-deletes": incident(
            _with(open_one, replace(sample.QUARANTINE, reason="TooManyDeletes", error_code="")), None, NOW
        ),
        "incident-switched-off": incident(
            _with(open_one, replace(sample.QUARANTINE, switched_off=True)), sample.PASSWORD_ADVICE, NOW
        ),
        "incident-source": incident(_source_down(), None, NOW),
    }


def _with(known: Incident, quarantine: Quarantine) -> Incident:
    return replace(known, evidence=replace(known.evidence, quarantine=quarantine, first_seen=None))


def _source_down() -> Incident:
    alert = Alert(
        rule="sources",
        title="The provisioning log cannot be read",
        detail="Graph answers 403: Forbidden. Until it answers, nothing new is seen.",
        severity=Severity.LOW,
    )
    return Incident(
        number=7, alert=alert, evidence=Evidence(), opened_at=NOW - timedelta(days=2, hours=3), changed_at=NOW
    )


def _jobs() -> dict[str, Card]:
    strange = Job(id="x", service_principal="y", name="A new kind of job", status="Hibernating", template="Novel")
    off = replace(sample.WORKDAY, schedule_state="Disabled", quarantine=None, troubleshooting_url="https://aka.ms/x")
    many = [(replace(sample.CLOUD_SYNC, id=f"job-{at}", name=f"Application number {at}"), at % 7) for at in range(500)]
    causes = [replace(sample.CLASHING, count=9 - at, cause=replace(sample.CLASH, code=f"Code{at}")) for at in range(7)]
    return {
        "job-failing": job(sample.CLOUD_SYNC, [sample.CLASHING], [sample.ADDRESSES_CLASH], NOW),
        "job-unknown": job(strange, [], [], NOW),
        "job-off": job(off, causes, [sample.IN_QUARANTINE] * 7, NOW),
        "jobs-36": jobs(many[:36], NOW),
        "jobs-500": jobs(many, NOW),
        "jobs-none": jobs([], NOW),
    }


def _others() -> dict[str, Card]:
    group = (sample.CLASHING, sample.CLASH_ADVICE, sample.CLOUD_SYNC.name)
    over = replace(sample.CLASHING, count=20, healed=20, healed_at=NOW - timedelta(minutes=4))
    healed = (over, sample.CLASH_ADVICE, sample.CLOUD_SYNC.name)
    partly = (replace(over, healed=18), sample.CLASH_ADVICE, sample.CLOUD_SYNC.name)
    me = Conversation(id="a:1", tenant_id="t", service_url="https://x", kind=ConversationKind.PERSONAL)
    return {
        "errors-one": errors([group], "24h", NOW),
        "errors-none": errors([], "", NOW),
        "errors-none-of-a-job": errors([], "24 h", NOW, job=sample.WORKDAY.name),
        "errors-healed": errors([healed, partly], "24 h", NOW),
        "errors-all-healed": errors([healed], "24 h", NOW, job=sample.CLOUD_SYNC.name),
        "audit-page": audit([_ASKED] * 21, Asked(days=30, page=2, person=ADA, job=sample.WORKDAY), NOW),
        "audit-none": audit([], Asked(days=1), NOW),
        "errors-300": errors([group] * 300, "7d", NOW),
        "help-topic": help_card(COMMANDS, "errors"),
        "help-wrong-topic": help_card(COMMANDS, "no such command"),
        "confirm-short": confirm("Restart?", [], "restart", "t", NOW, NOW),
        "receipt-plain": receipt("#42 is yours", []),
        "refusal-plain": refusal("You may not restart jobs; ask an operator."),
        "message-plain": message("Cancelled", ""),
        "watching-some": watching(sample.CHANNEL, _ROUTE, new=False),
        "unwatched": unwatched(me, [EVERYTHING], [], "me"),
        "unwatched-some": unwatched(sample.CHANNEL, [EVERYTHING], [_ROUTE] * 3),
        "unwatched-elsewhere": ended_elsewhere([_ROUTE] * 2),
        "watch-tried": tried(sample.CHANNEL, _ROUTE, Made(cards=3, notes=8, unknown=2)),
        "routes-none": routes(RoutesPage(shown=(), every=0)),
        "routes-many": routes(RoutesPage(shown=(_ROUTE,) * 15, every=10_000, page=2, pages=667, counted=True)),
        "user-nothing": user(Subject(ids=("x",)), [], [], {}, timedelta(days=30), NOW),
        "user-which": which("ada", [Subject(ids=(f"id-{at}",), name=f"Ada {at}") for at in range(9)], NOW),
        "welcome-personal": welcome(me, watching=True),
        "welcome-quiet": welcome(sample.CHANNEL, watching=False),
    }
