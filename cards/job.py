"""One job: its state in words, its last cycles, what fails in it and which incidents are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from msgspec.structs import replace

from bot.model import Execution, Failing, Incident, Job, State
from bot.ports import Card
from cards import outlook, sample, words
from cards.elements import (
    Action,
    BadgeStyle,
    Element,
    badge,
    button,
    buttons,
    card,
    columns,
    container,
    facts,
    heading,
    link,
    run,
    text,
)

SHOWN = 5
PORTAL = "https://entra.microsoft.com/#view/Microsoft_AAD_Connect_Provisioning/ProvisioningMenuBlade/~/Overview"


def job(job: Job, failing: Sequence[Failing], incidents: Sequence[Incident], now: datetime) -> Card:
    """The job now; `incidents` are its open ones."""
    return card(
        [
            columns(("auto", [badge(words.status(job), _colour(job))]), ("stretch", [text(job.kind, subtle=True)])),
            heading(job.name),
            *facts(_facts(job, failing, now)),
            _causes(failing, now),
            _incidents(incidents),
            buttons(*_buttons(job, failing, incidents)),
        ],
        fallback=f"{job.name}: {words.status(job)}. {_failing_in_all(failing)}.",
    )


def _colour(job: Job) -> BadgeStyle:
    state = words.status(job)
    if state in {"In quarantine", "Switched off"}:
        return "Attention"
    return "Good" if state == "Active" else "Warning"


def _failing_in_all(failing: Sequence[Failing]) -> str:
    number = sum(group.count for group in failing)
    return f"{words.objects(number)} for {words.count(len(failing), 'cause')}" if number else "No object fails"


def _facts(job: Job, failing: Sequence[Failing], now: datetime) -> Iterator[tuple[str, str]]:
    yield "Failing", _failing_in_all(failing)
    if job.quarantine is not None:
        yield "Quarantine", outlook.quarantine_reason(job.quarantine)
        if job.quarantine.current_began:
            yield "Since", words.since(job.quarantine.current_began, now)
        off = job.schedule_state.lower() == "disabled"
        yield "Day", "" if off else outlook.quarantine_day(job.quarantine, now)
        yield "What comes", outlook.what_entra_does(replace(job.quarantine, switched_off=off), now)
        yield "Entra says", job.quarantine.error_message
    yield "Last cycle", _cycle(job.last, now)
    if job.last_success and job.last_success != job.last and job.last_success.ended:
        yield "Succeeded", words.since(job.last_success.ended, now)
    if job.successive_failures:
        yield "Failures", f"{words.count(job.successive_failures, 'cycle')} in a row"
    yield "In sync", ", ".join(words.objects_of(number, kind) for kind, number in job.synced)
    yield "Job id", job.id


def _cycle(last: Execution | None, now: datetime) -> str:
    if last is None or last.began is None:
        return "none yet"
    ended = f"took {words.duration(last.ended - last.began)}" if last.ended else "still running"
    state = "" if last.state in {"", "Succeeded"} else f"{_STATES.get(last.state, last.state)}; "
    return f"{state}{words.since(last.began, now)}, {ended}; {last.imported:,} read, {last.exported:,} written, {last.escrowed:,} put aside"


_STATES = {"EntryLevelErrors": "some objects failed", "Failed": "failed"}


def _causes(failing: Sequence[Failing], now: datetime) -> Element | None:
    if not failing:
        return None
    most = sorted(failing, key=lambda group: -group.count)[:SHOWN]
    lines = [
        text(run(f"{group.count:,} × ", bold=True), run(words.code(group), bold=True), f" {_first(group, now)}")
        for group in most
    ]
    if (hidden := len(failing) - len(most)) > 0:
        lines.append(text(f"and {words.count(hidden, 'more cause')}", subtle=True))
    return container([heading("What fails", small=True), *lines], spacing="Medium")


def _first(group: Failing, now: datetime) -> str:
    names = ", ".join(words.named(failure)[:60] for failure in group.examples[:2])
    more = f" and {group.count - 2:,} more" if group.count > 2 and names else ""
    return f"{names}{more}, since {words.moment(group.first_seen, now)}".removeprefix(", ")


def _incidents(incidents: Sequence[Incident]) -> Element | None:
    if not incidents:
        return None
    lines = [
        text(
            run(f"#{each.number} ", bold=True),
            f"{each.alert.severity.capitalize()}, {_holder(each)}: ",
            each.alert.title,
        )
        for each in incidents[:SHOWN]
    ]
    if (hidden := len(incidents) - SHOWN) > 0:
        lines.append(text(f"and {words.count(hidden, 'more incident')}", subtle=True))
    return container([heading("Open incidents", small=True), *lines], spacing="Medium")


def _holder(incident: Incident) -> str:
    return f"{incident.acknowledged_by} has it" if incident.state is State.ACKNOWLEDGED else "nobody has it yet"


def _buttons(job: Job, failing: Sequence[Failing], incidents: Sequence[Incident]) -> Iterator[Action | None]:
    for each in [each for each in incidents if each.state is State.OPEN][:2]:
        yield button(f"Acknowledge #{each.number}", "ack", str(each.number), style="positive")
    if failing:
        yield button("Show errors", "errors", job.id)
    if job.app_id:
        yield link("Open in Entra", _portal(job))
    yield link("Microsoft's help", job.troubleshooting_url)
    yield button("Restart…", "restart", job.id, secondary=True)


def _portal(job: Job) -> str:
    ids = [quote(each, safe="", errors="replace") for each in (job.service_principal, job.app_id)]
    return f"{PORTAL}/objectId/{ids[0]}/appId/{ids[1]}"


def example() -> Card:
    return job(sample.WORKDAY, [sample.REFUSED], [sample.IN_QUARANTINE], sample.NOW)
