"""ServiceNow: signing in, looking for what was made, notes, and what the account may not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.webhooks import Hook
from bot.model.routes import WebhookKind
from bot.ports import CannotLook, CardGone, SourceDown, TryLater, Undeliverable
from cards.sample import IN_QUARANTINE
from tests.support.hooks import (
    DESK,
    SECRET,
    AtServiceNow,
    at_home,
    hooks_of,
    message,
    report,
    resolved,
    worse,
)
from tests.support.receivers import PAGE, Upset

OPENED = message(IN_QUARANTINE)


@pytest.fixture
async def home() -> AsyncIterator[AtServiceNow]:
    async with at_home("servicenow") as home:
        yield home


def record(home: AtServiceNow) -> dict[str, Any]:
    (only,) = home.server.records.values()
    return only


async def test_who_may_make_records_and_not_read_them_does_not_get_one_at_each_change(home: AtServiceNow) -> None:
    home.server.readable = False
    posted = await home.hooks.post(DESK, OPENED)
    assert posted.activity_id == record(home)["sys_id"]
    with pytest.raises(Undeliverable, match="does not let the bot read") as caught:
        await home.hooks.update(DESK, posted, message(worse(IN_QUARANTINE)))
    assert not isinstance(caught.value, CardGone)


async def test_a_note_is_a_work_note_once_and_never_html(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    text = "Assigned to [code]<script>x</script>[/CODE] : #42\nSecond line"
    home.server.next = [Upset(lost=True)]
    with pytest.raises(TryLater) as caught:
        await home.hooks.note(DESK, posted, text, OPENED)
    assert caught.value.uncertain
    assert await home.hooks.find(DESK, text) == posted
    assert await home.hooks.find(DESK, "Resolved after 3 h: #42") is None
    assert await home.hooks.find(DESK, "Resolved after 3 h: #43") is None
    assert record(home)["notes"] == ["Assigned to ［code］<script>x</script>［/CODE］ : #42\nSecond line"]


async def test_a_look_that_fails_is_not_taken_for_nothing_there(home: AtServiceNow) -> None:
    home.server.next = [Upset(status=503), Upset(status=200, body=PAGE), Upset(status=429)]
    for _ in range(3):
        with pytest.raises(SourceDown):
            await home.hooks.find(DESK, OPENED.marker)
    home.server.next = [Upset(status=403)]
    with pytest.raises(CannotLook):
        await home.hooks.find(DESK, OPENED.marker)
    with pytest.raises(CannotLook):
        await home.hooks.find(DESK, "a digest")


async def test_fields_of_ones_own_and_a_bearer_token(home: AtServiceNow) -> None:
    home.server.authorization = f"Bearer {SECRET}"
    hook = Hook(
        name="desk",
        kind=WebhookKind.SERVICENOW,
        url=f"{home.server.url}/",
        secret=SecretStr(SECRET),
        close_code="Workaround provided",
        fields={"assignment_group": "Identity", "correlation_id": "mine"},
    )
    hooks = hooks_of(hook)
    await hooks.post(DESK, message(resolved(IN_QUARANTINE)))
    await hooks.close()
    made = record(home)
    assert (made["assignment_group"], made["close_code"], made["state"]) == ("Identity", "Workaround provided", "6")
    assert made["correlation_id"] == "syncwatch:contoso:42"


async def test_a_wrong_secret_and_a_close_code_that_is_not_known_are_told(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    home.server.closes = {"Fixed"}
    with pytest.raises(Undeliverable, match="403"):
        await home.hooks.update(DESK, posted, message(resolved(IN_QUARANTINE)))
    home.server.authorization = "Basic other"
    with pytest.raises(Undeliverable, match="401: it does not accept the secret"):
        await home.hooks.post(DESK, OPENED)


async def test_a_report_is_no_ticket(home: AtServiceNow) -> None:
    with pytest.raises(Undeliverable, match="takes incidents and no reports"):
        await home.hooks.post(DESK, report())
    assert home.server.heard == []
