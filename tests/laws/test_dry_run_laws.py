"""A dry run counts just what the route would have sent: held against what the outbox holds for a route that was there."""

import asyncio
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select

from bot.adapters.store import Store
from bot.adapters.store.schema import cards, notes
from bot.incidents import Change, Kind, moved
from bot.model import Alert, Evidence, Incident, Job, Severity, State
from bot.model.routes import Matchers, Route
from bot.notify import tell
from bot.replay import Made, replay
from bot.routes import Routes, past
from bot.routing import receivers
from bot.taking import acknowledge
from tests.support.make import ADA, CHANNEL, NOON, job

WORKDAY, SLACK = job(), job("Slack", id="slack.t.2")
ELSEWHERE = replace(CHANNEL, id="19:other@thread.tacv2")

severities = st.sampled_from([Severity.LOW, Severity.CRITICAL])
steps = st.lists(
    st.tuples(st.sampled_from(["worse", "reopen", "ack", "resolve", "hold", "release"]), severities),
    min_size=2,
    max_size=6,
)
histories = st.lists(
    st.tuples(st.sampled_from([WORKDAY, SLACK]), severities, st.booleans(), steps), min_size=1, max_size=3
)
wanteds = st.builds(
    Matchers,
    jobs=st.sampled_from([(), ("Workday*",)]),
    severity=st.sampled_from([None, Severity.HIGH]),
)


def _opened(about: Job, severity: Severity, held: bool) -> Change:
    alert = Alert(title="t", detail="d", severity=severity, rule="quarantine", job_id=about.id, job_name=about.name)
    held_by = "cause/x/" if held else ""
    new = Incident(number=0, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON, held_by=held_by)
    return Change(kind=Kind.OPENED, incident=new)


def _next(incident: Incident, step: str, severity: Severity, at: Any) -> Change | None:
    """What the watch or a person would make of it; None where that cannot happen now."""
    if step == "reopen" and not incident.open:
        back = moved(incident, at, state=State.OPEN, resolved_at=None, reopenings=(*incident.reopenings, at))
        return Change(kind=Kind.REOPENED, incident=back)
    if not incident.open:
        return None
    match step:
        case "worse" if severity is not incident.alert.severity:
            after = moved(incident, at, alert=replace(incident.alert, severity=severity))
            return Change(kind=Kind.CHANGED, incident=after, before=incident.alert)
        case "ack":
            return acknowledge(incident, ADA, at)
        case "resolve":
            return Change(kind=Kind.RESOLVED, incident=moved(incident, at, state=State.RESOLVED, resolved_at=at))
        case "hold" if not incident.held_by:
            return Change(kind=Kind.CHANGED, incident=moved(incident, at, held_by="cause/x/"), before=incident.alert)
        case "release" if incident.held_by:
            return Change(kind=Kind.RELEASED, incident=moved(incident, at, held_by=""))
        case _:
            return None


async def _lived(wanted: Matchers, histories: list[Any], folder: str) -> tuple[Made, Made]:
    """What the outbox holds for a receiver with this route, and what a dry run says of it."""
    store, routes, at = await Store.open(f"sqlite:///{folder}/bot.db", durable=False), Routes(), NOON
    try:
        async with store.begin() as tx:
            await tx.reading.save_jobs([WORKDAY, SLACK])
            for place in (CHANNEL, ELSEWHERE):
                await tx.conversations.save(place)
            await tx.routes.add(Route(to=ELSEWHERE.id))  # so that nothing of the other is for want of anybody else
            await tx.routes.add(Route(to=CHANNEL.id, matchers=wanted))
            book = await routes.book(tx)
            for about, severity, held, happened in histories:
                change = _opened(about, severity, held)
                incident = await tell(tx, change, receivers(change.incident, book))
                for step, worse in happened:
                    at += timedelta(minutes=1)
                    if (following := _next(incident, step, worse, at)) is not None:
                        incident = await tell(tx, following, receivers(following.incident, book))
            mine = [
                select(func.count()).select_from(table).where(table.c.conversation_id == CHANNEL.id)
                for table in (cards, notes)
            ]
            sent = [(await tx.connection.execute(each)).scalar_one() for each in mine]
            counted = replay(wanted, await past(tx, at + timedelta(minutes=1)), book)
    finally:
        await store.close()
    return Made(cards=sent[0], notes=sent[1]), counted


LOW, WORST = Severity.LOW, Severity.CRITICAL


@settings(max_examples=40)
@example(Matchers(severity=Severity.HIGH), [(WORKDAY, LOW, False, [("ack", LOW), ("worse", WORST), ("resolve", LOW)])])
@example(Matchers(severity=Severity.HIGH), [(WORKDAY, WORST, False, [("worse", LOW), ("ack", LOW), ("resolve", LOW)])])
@example(Matchers(), [(WORKDAY, LOW, True, [("ack", LOW), ("release", LOW), ("resolve", LOW), ("reopen", LOW)])])
@given(wanteds, histories)
def test_a_dry_run_counts_what_the_route_would_have_sent(wanted: Matchers, histories: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        sent, counted = asyncio.run(_lived(wanted, histories, folder))
    assert counted == sent
