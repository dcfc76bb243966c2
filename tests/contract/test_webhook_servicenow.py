"""ServiceNow: one record for one incident, found again by its correlation id, and what people changed there is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bot.adapters.webhooks import Hook
from bot.adapters.webhooks.ticket import opening
from bot.model import Posted, Severity
from bot.model.routes import WebhookKind
from bot.ports import CardGone, Undeliverable
from cards.sample import IN_QUARANTINE
from docs.webhook_tables import FILLED
from tests.support.hooks import (
    DESK,
    SECRET,
    AtServiceNow,
    acknowledged,
    at_home,
    hooks_of,
    later,
    message,
    reopened,
    resolved,
    worse,
)

OPENED = message(IN_QUARANTINE)


@pytest.fixture
async def home() -> AsyncIterator[AtServiceNow]:
    async with at_home("servicenow") as home:
        yield home


def record(home: AtServiceNow) -> dict[str, Any]:
    (only,) = home.server.records.values()
    return only


def sent(home: AtServiceNow) -> dict[str, Any]:
    """The fields of the latest change."""
    return next(call.json for call in reversed(home.server.heard) if call.method == "PATCH")


async def test_a_record_says_what_is_wrong_and_whose_it_is(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    made = record(home)
    assert posted == Posted(activity_id=made["sys_id"], thread_id="INC0010001")
    assert made["correlation_id"] == "syncwatch:contoso:42"
    assert made["short_description"] == "Workday to Entra ID is in quarantine"
    assert "Job: Workday to Entra ID" in made["description"].splitlines()
    assert (made["impact"], made["urgency"], made["state"]) == ("2", "1", "1")


async def test_only_what_changed_is_sent(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    more = later(IN_QUARANTINE, evidence=replace(IN_QUARANTINE.evidence, count=500))
    await home.hooks.update(DESK, posted, message(more))
    assert [call.method for call in home.server.heard] == ["POST"]
    await home.hooks.update(DESK, posted, message(worse(more)))
    assert set(sent(home)) == {"correlation_display", "impact", "urgency"}
    await home.hooks.update(DESK, posted, message(resolved(worse(more))))
    assert set(sent(home)) == {"correlation_display", "state", "close_code", "close_notes"}
    other = replace(
        IN_QUARANTINE, alert=replace(IN_QUARANTINE.alert, detail="Another reason.", severity=Severity.CRITICAL)
    )
    await home.hooks.update(DESK, posted, message(resolved(other)))
    assert set(sent(home)) == {"correlation_display", "short_description", "description"}


def test_the_document_names_every_field_that_is_written() -> None:
    written = opening(resolved(IN_QUARANTINE), "c", "Fixed").keys() | {"work_notes"}
    assert set(FILLED) == written


async def test_what_people_changed_there_is_theirs_also_after_a_restart(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    record(home).update(state="3", impact="3", urgency="3", short_description="Ours now")
    hook = Hook(
        name="desk", kind=WebhookKind.SERVICENOW, url=home.server.url, secret=SecretStr(SECRET), user="syncwatch"
    )
    restarted = hooks_of(hook)
    await restarted.update(DESK, posted, OPENED)
    await restarted.update(DESK, posted, message(acknowledged(IN_QUARANTINE)))
    await restarted.close()
    kept = record(home)
    assert (kept["state"], kept["impact"], kept["short_description"]) == ("3", "3", "Ours now")


async def test_what_people_resolved_there_is_not_resolved_again_nor_opened_by_a_mere_change(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    record(home).update(state="6", close_code="Workaround provided", close_notes="Mended by hand")
    await home.hooks.update(DESK, posted, message(worse(IN_QUARANTINE)))
    assert record(home)["state"] == "6"
    await home.hooks.update(DESK, posted, message(resolved(IN_QUARANTINE)))
    assert record(home)["close_notes"] == "Mended by hand"


async def test_what_people_took_up_again_there_is_not_resolved_by_a_mere_change(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    over = resolved(IN_QUARANTINE)
    await home.hooks.update(DESK, posted, message(over))
    record(home)["state"] = "2"
    await home.hooks.update(DESK, posted, message(worse(over)))
    assert (record(home)["state"], record(home)["impact"]) == ("2", "1")


async def test_what_came_back_is_in_progress_again(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    over = resolved(IN_QUARANTINE)
    await home.hooks.update(DESK, posted, message(over))
    assert record(home)["close_notes"].startswith("The job has left quarantine, at")
    await home.hooks.update(DESK, posted, message(reopened(over)))
    assert record(home)["state"] == "2"


async def test_a_record_that_was_closed_for_good_is_followed_by_a_new_one(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    over = resolved(IN_QUARANTINE)
    await home.hooks.update(DESK, posted, message(over))
    record(home)["state"] = "7"
    with pytest.raises(CardGone):
        await home.hooks.update(DESK, posted, message(reopened(over)))
    assert await home.hooks.find(DESK, OPENED.marker) is None
    again = await home.hooks.post(DESK, message(reopened(over)))
    assert again.activity_id != posted.activity_id
    assert await home.hooks.find(DESK, OPENED.marker) == again


async def test_a_record_that_somebody_deleted_is_followed_by_a_new_one(home: AtServiceNow) -> None:
    posted = await home.hooks.post(DESK, OPENED)
    other = await home.hooks.post(DESK, message(replace(IN_QUARANTINE, number=43)))
    del home.server.records[posted.activity_id]
    with pytest.raises(CardGone):
        await home.hooks.update(DESK, posted, message(worse(IN_QUARANTINE)))
    with pytest.raises(CardGone):
        await home.hooks.update(DESK, replace(other, activity_id="../../x"), message(worse(IN_QUARANTINE)))
    with pytest.raises(Undeliverable, match="has no such record any more"):
        await home.hooks.note(DESK, posted, "Raised: #42", OPENED)


async def test_nothing_hostile_in_a_title_gets_anywhere(home: AtServiceNow) -> None:
    alert = replace(
        IN_QUARANTINE.alert, title="[code]" + "x" * 300, detail="a\u202eb\x00\n[code]<b>", job_name="^state=1"
    )
    await home.hooks.post(DESK, message(replace(IN_QUARANTINE, alert=alert)))
    made = record(home)
    assert len(made["short_description"]) <= 160
    assert made["short_description"].startswith("［code］xxx")
    assert "a⟨U+202E⟩b⟨U+0000⟩\n［code］<b>" in made["description"]
