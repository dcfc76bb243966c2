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


def errors(groups: Sequence[Group], since: str, now: datetime, *, job: str = "") -> Card:
    """The groups with their advice and the name of their job, what fails now first; `since` as it was asked, e.g. 24h.

    `job` is the one that was asked about, if it was one.
    """
    if not groups:
        return _nothing(since, job)
    ordered = sorted(groups, key=lambda group: (-group[0].still, -group[0].count))
    title, said = _title(ordered), _counted(ordered, since, job)
    return card(
        [
            heading(title),
            text(said, subtle=True),
            _chart(ordered),
            container([_group(group, now) for group in ordered], name=ROWS, spacing="Medium"),
            buttons(*_jobs(ordered)),
        ],
        fallback=f"{title}: {said}.",
    )


def _title(groups: Sequence[Group]) -> str:
    still = sum(failing.still for failing, _, _ in groups)
    if not still:
        return "Nothing fails any more"
    return f"{words.objects(still)} {'fails' if still == 1 else 'fail'}"


def _counted(groups: Sequence[Group], since: str, job: str) -> str:
    live, healed = [group for group, _, _ in groups if group.still], sum(group.healed for group, _, _ in groups)
    parts = [
        words.count(len(live), "cause") if live else "",
        f"{words.objects(healed)} healed" if healed else "",
        _period(since),
    ]
    return " · ".join(part for part in (job, *parts) if part)


def _nothing(since: str, job: str) -> Card:
    said = f"Nothing failed {f'in {job} ' if job else ''}{_period(since)}."
    return card([heading("No errors"), text(said), buttons(button("Jobs", "jobs"))], fallback=said)


def _period(since: str) -> str:
    span = re.fullmatch(r"(\d+)\s*([a-z]+)", since.strip())
    return f"in the last {span[1]} {span[2]}" if span else f"since {since}" if since else "as far as I know"


def _chart(groups: Sequence[Group]) -> Element | None:
    """The codes by the objects that fail now, over all jobs, where there are enough of them to compare."""
    codes: Counter[str] = Counter()
    for failing, _, _ in groups:
        codes[failing.cause.code] += failing.still
    codes = +codes
    if len(codes) < 3:
        return None
    bars = codes.most_common(CHARTED)
    return chart("Objects by cause", bars, ", ".join(f"{number:,} {name}" for name, number in bars))


def _group(group: Group, now: datetime) -> Element:
    failing, advice, job = group
    return container(
        [
            text(run(f"{failing.still or failing.count:,} × {words.code(failing)}", bold=failing.still > 0)),
            text(run(f"{job} · {_course(failing, now)}", subtle=True), spacing="None"),
            text(advice.meaning, spacing="Small"),
            *(_remedy(advice) if failing.still else ()),
            *_first(failing),
        ],
        emphasis=True,
        spacing="Medium",
    )


def _course(failing: Failing, now: datetime) -> str:
    """Since when it fails, and what of it has healed."""
    began = words.moment(failing.first_seen, now)
    if not failing.healed:
        return f"since {began}"
    at = f" at {words.moment(failing.healed_at, now)}" if failing.healed_at else ""
    if not failing.still:
        return f"healed{at}, began {began}"
    return f"since {began} · {failing.healed:,} healed{f', the last{at}' if at else ''}"


def _remedy(advice: Advice) -> Iterator[Element]:
    if advice.action:
        yield text(run("Do this ", bold=True), advice.action, spacing="Small")
    if advice.actor:
        yield text(run("Who acts ", bold=True), words.actor(advice), spacing="Small")


def _first(failing: Failing) -> Iterator[Element]:
    """The first objects: of those that fail, if any do."""
    shown = [each for each in failing.examples if each.cleared_at is None or not failing.still][:FIRST]
    for failure in shown:
        name = run(words.named(failure), bold=failing.still > 0, limit=80)
        yield text("• ", name, run(_what_of(failure), limit=240), spacing="Small")
    hidden = (failing.still or failing.count) - len(shown)
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
