"""One person in all jobs: what fails now and why, then what was done, step by step; or who may be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Advice, Failure, Happening, ProvisioningEvent, Step, Subject
from bot.ports import Card
from cards import sample, words
from cards.elements import ROWS, Element, button, buttons, card, container, facts, heading, run, text

MOST_SHOWN = 25
MOST_CHOICES = 6


def user(
    subject: Subject,
    happenings: Sequence[Happening],
    failing: Sequence[tuple[Failure, Advice]],
    names: Mapping[str, str],
    since: timedelta,
    now: datetime,
) -> Card:
    """The subject's history, the newest first; `names` are the jobs' names by id."""
    said = _fails(failing)
    return card(
        [
            heading(_name(subject)),
            *facts(_facts(subject, happenings, names, since)),
            text(run(said, bold=bool(failing))),
            *(_failure(failure, advice, names, now) for failure, advice in failing),
            heading("What was done", small=True),
            container([_happening(each, names, now) for each in happenings[:MOST_SHOWN]], name=ROWS),
            _more(len(happenings) - MOST_SHOWN),
            buttons(*(button(names[job_id], "status", job_id) for job_id in list(names)[:3])),
        ],
        fallback=f"{_name(subject)}: {said}",
    )


def which(who: str, found: Sequence[Subject], now: datetime) -> Card:
    """Several may be meant: ask which."""
    shown = found[:MOST_CHOICES]
    title = f"{len(found):,} match '{who}'"
    return card(
        [
            heading(title),
            *(text(run(_name(each), bold=True), run(_what(each, now), subtle=True)) for each in shown),
            _more(len(found) - len(shown)),
            buttons(*(button(_name(each), "user", each.ids[0]) for each in shown)),
        ],
        fallback=f"{title}. Say which by address or id.",
    )


def _name(subject: Subject) -> str:
    return subject.name or subject.address or subject.ids[0]


def _what(subject: Subject, now: datetime) -> str:
    last = f"seen {words.moment(subject.last_seen, now)}" if subject.last_seen else ""
    return "".join(f" · {part}" for part in (subject.kind, subject.address or subject.ids[0], last) if part)


def _facts(
    subject: Subject, happenings: Sequence[Happening], names: Mapping[str, str], since: timedelta
) -> Iterator[tuple[str, str]]:
    yield "Address", subject.address
    yield "Kind", subject.kind
    yield "Known as", ", ".join(subject.ids[:4])
    counted = f"{words.count(len(happenings), 'row')} in {words.count(len(names), 'job')}"
    yield "Found", f"{counted}, looking back {words.duration(since)}"


def _fails(failing: Sequence[tuple[Failure, Advice]]) -> str:
    return f"Fails now in {words.count(len(failing), 'job')}." if failing else "Nothing fails now."


def _failure(failure: Failure, advice: Advice, names: Mapping[str, str], now: datetime) -> Element:
    code = " · ".join(part for part in (failure.cause.code, failure.cause.attribute, failure.value) if part)
    tries = f"{words.count(failure.count, 'time')} since {words.moment(failure.first_seen, now)}"
    acts = f" ({words.actor(advice)})" if advice.actor else ""
    return container(
        [
            text(run(f"{names.get(failure.job_id, failure.job_id)}: {code}", bold=True)),
            text(run(f"{tries}{f', at {failure.step}' if failure.step else ''}", subtle=True), spacing="None"),
            text(advice.meaning, spacing="Small"),
            *([text(run("Do this ", bold=True), f"{advice.action}{acts}", spacing="Small")] if advice.action else []),
        ],
        emphasis=True,
        spacing="Medium",
    )


def _happening(happening: Happening, names: Mapping[str, str], now: datetime) -> Element:
    event = happening.event
    done = f"{event.action or 'something'}: {event.status or 'unknown'}"
    code = f" ({event.error_code})" if event.error_code else ""
    changed = f" · {', '.join(happening.changed[:5])}" if happening.changed else ""
    job = names.get(event.job_id, event.job_id)
    return container(
        [
            text(
                run(f"{words.moment(event.at, now)} ", subtle=True),
                run(done, bold=True),
                run(f"{code} · {job}{changed}"),
            ),
            *([text(run(_steps(happening.steps), subtle=True, limit=400), spacing="None")] if happening.steps else []),
            *(
                [text(run(event.reason, limit=300), spacing="None")]
                if event.reason and event.status != "success"
                else []
            ),
        ],
        spacing="Small",
    )


def _steps(steps: Sequence[Step]) -> str:
    """Each step; of one that did not succeed its sentence too."""
    return " → ".join(
        each.kind
        if each.status == "success"
        else f"{each.kind} {each.status}" + (f" ({each.text})" if each.text else "")
        for each in steps
    )


def _more(hidden: int) -> Element | None:
    return text(f"and {hidden:,} more", subtle=True) if hidden > 0 else None


def example() -> Card:
    failure = sample.PEOPLE[0]
    subject = Subject(ids=(failure.object_id,), name=failure.object_name, kind="User", address="grace@example.com")
    event = ProvisioningEvent(
        id="1",
        at=failure.last_seen,
        job_id=failure.job_id,
        object_id=failure.object_id,
        action="update",
        status="failure",
        error_code=failure.error_code,
        reason=failure.reason,
    )
    steps = (
        Step(kind="import", status="success"),
        Step(kind="matching", status="success"),
        Step(kind="export", status="failure", text="The value is in use."),
    )
    failed = Happening(event=event, steps=steps, changed=("proxyAddresses",))
    well = Happening(
        event=replace(
            event, id="2", at=failure.first_seen - timedelta(days=3), status="success", error_code="", reason=""
        ),
        steps=steps[:2],
        changed=("department", "manager"),
    )
    names = {failure.job_id: sample.CLOUD_SYNC.name}
    return user(subject, [failed, well], [(failure, sample.CLASH_ADVICE)], names, timedelta(days=30), sample.NOW)
