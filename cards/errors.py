"""What failed, grouped by cause: what each means, what to do, who must act, and the first objects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.model import Advice, Cause, Failing, Failure
from bot.ports import Card
from cards import sample, words
from cards.elements import ROWS, Element, button, buttons, card, chart, container, heading, run, text

Group = tuple[Failing, Advice, str]
FIRST = 3
CHARTED = 6


def errors(groups: Sequence[Group], since: str, now: datetime) -> Card:
    """The groups with their advice and the name of their job, the largest first; `since` as it was asked, e.g. 24h."""
    if not groups:
        return _nothing(since)
    ordered = sorted(groups, key=lambda group: -group[0].count)
    total = sum(failing.count for failing, _, _ in groups)
    title = f"{words.objects(total)} failed"
    return card(
        [
            heading(title),
            text(f"{words.count(len(groups), 'cause')} {_period(since)}", subtle=True),
            _chart(ordered),
            container([_group(group, now) for group in ordered], name=ROWS, spacing="Medium"),
            buttons(*_jobs(ordered)),
        ],
        fallback=f"{title} for {words.count(len(groups), 'cause')} {_period(since)}.",
    )


def _nothing(since: str) -> Card:
    said = f"Nothing failed {_period(since)}."
    return card([heading("No errors"), text(said), buttons(button("Jobs", "jobs"))], fallback=said)


def _period(since: str) -> str:
    span = re.fullmatch(r"(\d+)\s*([a-z]+)", since.strip())
    return f"in the last {span[1]} {span[2]}" if span else f"since {since}" if since else "as far as I know"


def _chart(groups: Sequence[Group]) -> Element | None:
    """The codes by their objects, over all jobs, where there are enough of them to compare."""
    codes: Counter[str] = Counter()
    for failing, _, _ in groups:
        codes[failing.cause.code] += failing.count
    if len(codes) < 3:
        return None
    bars = codes.most_common(CHARTED)
    return chart("Objects by cause", bars, ", ".join(f"{number:,} {name}" for name, number in bars))


def _group(group: Group, now: datetime) -> Element:
    failing, advice, job = group
    return container(
        [
            text(run(f"{failing.count:,} × {words.code(failing)}", bold=True)),
            text(run(f"{job} · since {words.moment(failing.first_seen, now)}", subtle=True), spacing="None"),
            text(advice.meaning, spacing="Small"),
            *_remedy(advice),
            *_first(failing),
        ],
        emphasis=True,
        spacing="Medium",
    )


def _remedy(advice: Advice) -> Iterator[Element]:
    if advice.action:
        yield text(run("Do this ", bold=True), advice.action, spacing="Small")
    if advice.actor:
        yield text(run("Who acts ", bold=True), words.actor(advice), spacing="Small")


def _first(failing: Failing) -> Iterator[Element]:
    for failure in failing.examples[:FIRST]:
        name = run(words.named(failure), bold=True, limit=80)
        yield text("• ", name, run(_what_of(failure), limit=240), spacing="Small")
    hidden = failing.count - min(FIRST, len(failing.examples))
    if hidden > 0:
        yield text(f"and {hidden:,} more", subtle=True, spacing="Small")


def _what_of(failure: Failure) -> str:
    value = " = ".join(part for part in (failure.cause.attribute, failure.value) if part)
    step = f"failed at {failure.step}" if failure.step else ""
    return "".join(f" · {part}" for part in (value, step) if part)


def _jobs(ordered: Sequence[Group]) -> Iterator[dict[str, object]]:
    names = {failing.job_id: name for failing, _, name in ordered}
    for job_id, name in list(names.items())[:3]:
        yield button(name, "status", job_id)


def example() -> Card:
    def other(code: str, count: int, meaning: str, action: str, actor: str) -> Group:
        cause = Cause(code=code)
        people = tuple(replace(each, cause=cause, value="") for each in sample.PEOPLE[:2])
        advice = Advice(code=code, meaning=meaning, action=action, actor=actor)
        began = sample.NOW - timedelta(hours=9)
        return (
            replace(sample.CLASHING, job_id="ServiceNow", cause=cause, count=count, examples=people, first_seen=began),
            advice,
            "ServiceNow",
        )

    return errors(
        [
            (sample.CLASHING, sample.CLASH_ADVICE, sample.CLOUD_SYNC.name),
            other(
                "InvalidDomain",
                40,
                "A value uses a domain that the app does not accept.",
                "Change the domain on the user or add it to the list of allowed domains in the app.",
                "admin",
            ),
            other(
                "TooManyRequests",
                12,
                "The app refused the call because it is getting too many requests.",
                "Wait; if it lasts for days ask the app vendor to raise its limit.",
                "nobody",
            ),
        ],
        "24h",
        sample.NOW,
    )
