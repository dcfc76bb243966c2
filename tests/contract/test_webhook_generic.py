"""What the generic webhook sends: the events, the signature as the document tells to check it, ids that stay."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bot.adapters.webhooks import Hook
from bot.adapters.webhooks.generic import signature
from bot.adapters.webhooks.payload import Body
from bot.model.routes import WebhookKind
from bot.ports import TryLater
from cards.sample import IN_QUARANTINE
from tests.support.hooks import (
    DESK,
    NOW,
    SECRET,
    AtGeneric,
    acknowledged,
    at_home,
    hooks_of,
    later,
    message,
    reopened,
    report,
    resolved,
    worse,
)
from tests.support.receivers import Heard, Upset

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.fixture
async def home() -> AsyncIterator[AtGeneric]:
    async with at_home("generic") as home:
        yield home


def events(home: AtGeneric) -> list[str]:
    return [call.json["event"] for call in home.server.heard]


def documented() -> Callable[..., bool]:
    """The reader's own check of a signature, as docs/webhooks.md gives it."""
    code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert code is not None
    assert len(code[1].strip().splitlines()) <= 12
    scope: dict[str, Any] = {}
    exec(code[1], scope)
    return scope["genuine"]


async def test_each_step_of_an_incident_is_an_event(home: AtGeneric) -> None:
    posted = await home.hooks.post(DESK, message(IN_QUARANTINE))
    incident = IN_QUARANTINE
    for move in (worse, acknowledged, resolved, reopened):
        incident = move(incident)
        await home.hooks.update(DESK, posted, message(incident))
    await home.hooks.note(DESK, posted, "It came back: #42", message(incident))
    await home.hooks.post(DESK, report())
    assert events(home) == ["opened", "changed", "acknowledged", "resolved", "reopened", "note", "report"]
    keys = [call.json["key"] for call in home.server.heard]
    assert keys == ["syncwatch:contoso:42"] * 6 + ["syncwatch:contoso:report-9"]
    assert home.server.heard[5].json["text"] == "It came back: #42"


async def test_after_a_restart_the_incident_itself_tells_what_happened(home: AtGeneric) -> None:
    posted = await home.hooks.post(DESK, message(IN_QUARANTINE))
    incident = IN_QUARANTINE
    for move in (worse, acknowledged, resolved, reopened):
        incident = move(incident)
        restarted = hooks_of(Hook(name="desk", kind=WebhookKind.GENERIC, url=home.server.url, secret=SecretStr(SECRET)))
        await restarted.update(DESK, posted, message(incident))
        await restarted.close()
    assert events(home)[1:] == ["changed", "acknowledged", "resolved", "reopened"]


async def test_more_objects_alone_are_not_worth_a_call(home: AtGeneric) -> None:
    posted = await home.hooks.post(DESK, message(IN_QUARANTINE))
    page = ("Rows in the portal", f"https://portal.example/?at={NOW:%H%M}")
    moved = replace(IN_QUARANTINE.evidence, count=500, first_seen=NOW, last_seen=NOW, pages=(page,))
    more = later(IN_QUARANTINE, evidence=moved, peak=500)
    await home.hooks.update(DESK, posted, message(more))
    assert events(home) == ["opened"]
    await home.hooks.update(DESK, posted, message(resolved(more)))
    assert home.server.heard[1].json["incident"]["counts"] == {"now": 500, "most": 500, "reopened": 0}


async def test_what_may_have_arrived_and_is_taken_back_is_told(home: AtGeneric) -> None:
    posted = await home.hooks.post(DESK, message(IN_QUARANTINE))
    home.server.next = [Upset(lost=True)]
    with pytest.raises(TryLater):
        await home.hooks.update(DESK, posted, message(worse(IN_QUARANTINE)))
    back = later(worse(IN_QUARANTINE), alert=IN_QUARANTINE.alert)
    await home.hooks.update(DESK, posted, message(back))
    assert events(home) == ["opened", "changed", "changed"]
    assert home.server.heard[2].json["incident"]["severity"] == "high"


async def test_every_body_is_as_documented(home: AtGeneric) -> None:
    posted = await home.hooks.post(DESK, message(IN_QUARANTINE))
    await home.hooks.note(DESK, posted, "It goes on", message(IN_QUARANTINE))
    await home.hooks.post(DESK, report())
    for call in home.server.heard:
        jsonschema.validate(call.json, msgspec.json.schema(Body))
    opened, note, sent = (call.json for call in home.server.heard)
    assert "card" not in opened
    assert "card" not in note
    assert sent["card"]["type"] == "AdaptiveCard"
    assert sent["incident"] is None
    assert opened["incident"]["opened_at"] == "2026-11-20T22:14:00Z"


async def test_the_card_is_sent_along_where_that_is_wanted() -> None:
    async with at_home("generic", card=True) as home:
        await home.hooks.post(DESK, message(IN_QUARANTINE))
        assert home.server.heard[0].json["card"]["type"] == "AdaptiveCard"


async def test_the_signature_is_checked_as_the_document_says(home: AtGeneric) -> None:
    await home.hooks.post(DESK, message(IN_QUARANTINE))
    call, genuine = home.server.heard[0], documented()
    now = NOW.timestamp()
    assert genuine(SECRET, call.headers, call.body, now)
    assert not genuine("another secret", call.headers, call.body, now)
    assert not genuine(SECRET, call.headers, call.body.replace(b"42", b"43"), now)
    assert not genuine(SECRET, call.headers, call.body, now + 600)
    assert not genuine(SECRET, dict(call.headers) | {"Syncwatch-Timestamp": str(int(now) + 1)}, call.body, now)
    assert not genuine(SECRET, {}, call.body, now)


def test_the_signature_is_the_one_that_openssl_makes() -> None:
    # printf '1795223200.{"event":"opened"}' | openssl dgst -sha256 -hmac 'correct horse'
    expected = "32441c4a46be321bdd693d3911a33d1a2ff65defe04d27614f362a1497913c9c"
    assert signature("correct horse", "1795223200", b'{"event":"opened"}') == f"v1={expected}"


def ids(calls: list[Heard]) -> list[str]:
    return [call.headers["Syncwatch-Delivery"] for call in calls]


async def test_a_delivery_keeps_its_id_at_every_retry_also_when_the_incident_has_moved_on(home: AtGeneric) -> None:
    home.server.next = [Upset(lost=True), Upset(status=503)]
    moved = later(IN_QUARANTINE, evidence=replace(IN_QUARANTINE.evidence, count=500))
    for each in (IN_QUARANTINE, IN_QUARANTINE):
        with pytest.raises(TryLater):
            await home.hooks.post(DESK, message(each))
    posted = await home.hooks.post(DESK, message(moved))
    assert len(set(ids(home.server.heard))) == 1
    home.server.next = [Upset(lost=True)]
    with pytest.raises(TryLater):
        await home.hooks.note(DESK, posted, "It goes on", message(moved, key="note-1"))
    await home.hooks.note(DESK, posted, "It goes on", message(resolved(moved), key="note-1"))
    await home.hooks.note(DESK, posted, "It goes on", message(moved, key="note-2"))
    await home.hooks.update(DESK, posted, message(resolved(moved)))
    await home.hooks.update(DESK, posted, message(reopened(resolved(moved))))
    found = ids(home.server.heard)
    assert found[3] == found[4]
    assert len(set(found)) == 5


async def test_each_webhook_has_ids_of_its_own(home: AtGeneric) -> None:
    twice = [
        Hook(name=name, kind=WebhookKind.GENERIC, url=home.server.url, secret=SecretStr(SECRET)) for name in ("a", "b")
    ]
    hooks = hooks_of(*twice)
    for name in ("a", "b"):
        await hooks.post(replace(DESK, id=f"webhook:{name}"), message(IN_QUARANTINE))
    await hooks.close()
    assert len(set(ids(home.server.heard))) == 2


async def test_the_time_of_a_retry_is_its_own() -> None:
    now = [NOW]
    async with at_home("generic", clock=lambda: now[0]) as home:
        home.server.next = [Upset(status=500)]
        with pytest.raises(TryLater):
            await home.hooks.post(DESK, message(IN_QUARANTINE))
        now[0] += timedelta(hours=1)
        await home.hooks.post(DESK, message(IN_QUARANTINE))
        times = [int(call.headers["Syncwatch-Timestamp"]) for call in home.server.heard]
        assert times[1] - times[0] == 3600
        assert documented()(SECRET, home.server.heard[1].headers, home.server.heard[1].body, now[0].timestamp())
