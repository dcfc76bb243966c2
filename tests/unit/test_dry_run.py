"""Dry runs: only the last days count, and what the bot did not keep is left out and said."""

from datetime import timedelta
from pathlib import Path

from bot.adapters.store import Store
from bot.model import Alert, Evidence, Incident, Severity, TimelineEntry, Told
from bot.model.routes import Arranged, Matchers, Route, RouteSource, Webhook, WebhookKind
from bot.replay import Made, Past, replay
from bot.routes import Routes
from bot.routing import Book
from cards.routes import made
from tests.support.make import NOON, failing, job
from tests.support.talk import Talk, shown

DAY = timedelta(days=1)
SINCE = NOON - 7 * DAY
CARD, NOTE = Told(card=True, severity=Severity.HIGH), Told(note=True, severity=Severity.HIGH)


def past(*steps: TimelineEntry) -> Past:
    alert = Alert(title="t", detail="d", severity=Severity.HIGH, rule="quarantine")
    incident = Incident(number=1, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON)
    return Past(since=SINCE, incidents={1: incident}, steps={1: steps})


def step(days: float, told: Told | None) -> TimelineEntry:
    return TimelineEntry(at=NOON - days * DAY, kind="x", told=told)


def test_a_card_of_before_is_not_counted_and_its_notes_of_late_are() -> None:
    assert replay(Matchers(), past(step(9, CARD), step(8, NOTE), step(2, NOTE)), Book()) == Made(notes=1)


def test_a_card_that_comes_back_is_the_same_card() -> None:
    found = past(step(3, CARD), step(2, NOTE), step(1, Told(card=True, note=True, severity=Severity.HIGH)))
    assert replay(Matchers(), found, Book()) == Made(cards=1, notes=2)


def test_what_never_matched_is_not_counted() -> None:
    assert replay(Matchers(severity=Severity.CRITICAL), past(step(3, CARD), step(2, NOTE)), Book()) == Made()


def test_of_what_was_not_kept_nothing_is_guessed() -> None:
    found = past(step(9, None), step(2, NOTE))
    assert replay(Matchers(), found, Book()) == Made(unknown=1)
    assert replay(Matchers(rules=("job_*",)), found, Book()) == Made()
    assert made(Made(unknown=1)) == "0 cards and 0 notes, not counting 1 incident from before I kept this"


async def test_notes_are_counted_only_where_they_are_sent(tmp_path: Path) -> None:
    named = [("desk", WebhookKind.SERVICENOW), ("own", WebhookKind.GENERIC), ("pager", WebhookKind.PAGERDUTY)]
    webhooks = tuple(Webhook(name=name, kind=kind, url="", secret="env:X") for name, kind in named)
    led = tuple(Route(to=each.id, source=RouteSource.SETTINGS, number=at) for at, each in enumerate(webhooks, 1))
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    routes = Routes(Arranged(routes=led, webhooks=webhooks))
    talk = Talk(store, [job()], routes=routes)
    await talk.start(failing(3))
    async with store.begin() as tx:
        await routes.settle(tx, talk.now())
    await talk.say("ack 1")
    said = shown(await talk.say("routes --dry-run"))
    await store.close()
    for name, counted in (
        ("desk", "1 card and 1 note in the last 7 days By"),
        ("own", "1 card and 1 note in the last 7 days By"),
        ("pager", "1 card in the last 7 days; notes are not sent there By"),
    ):
        assert f"webhook {name} Every incident {counted}" in said, said
