"""What a new user lives through: `python app.py sandbox`, a browser at the Playground's page, and the real bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import Visitor, visitor
from tests.support.sandbox_process import Running, sandbox_process

QUARANTINE = "Workday to Entra ID is in quarantine"
FAILING = "on proxyAddresses"


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Running]:
    async with sandbox_process(tmp_path) as running:
        await running.up()
        yield running


async def test_a_first_visit_from_the_unasked_cards_to_the_resolved_incident(sandbox: Running, tmp_path: Path) -> None:
    async with visitor(sandbox.page) as person:
        await person.open("Identity operations - General")
        await the_two_cards_appear_unasked(person)
        await person.picture(tmp_path / "cards.png")
        await commands_answer(person)
        await a_second_channel_hears_of_what_it_asks_for(person)
        await person.open("Identity operations - General")
        await acknowledge_changes_the_card_in_place(person)
        await restart_asks_and_confirm_restarts(person, sandbox)
        await person.sees(person.card(QUARANTINE.replace(" is ", " was ")), "Resolved", seconds=120)
        await person.picture(tmp_path / "resolved.png")


async def the_two_cards_appear_unasked(person: Visitor) -> None:
    await person.sees(person.card(FAILING), "3 users", "Acknowledge", seconds=120)
    await person.sees(person.card(QUARANTINE), "after 28 days of quarantine", "Acknowledge", seconds=120)


async def commands_answer(person: Visitor) -> None:
    await person.open("Personal Chat")
    await person.say("jobs")
    await person.sees(person.answer("12 jobs"), "1 in quarantine")
    await person.say("status workday")
    await person.sees(person.answer("HR: Workday"), "Workday to Entra ID", "In quarantine")
    await person.say("errors")
    await person.sees(person.answer("objects fail"), "3 × AttributeValueMustBeUnique", "Do this")


async def a_second_channel_hears_of_what_it_asks_for(person: Visitor) -> None:
    await person.open("Identity operations - Identity alerts")
    await person.post("watch --severity low")
    await person.sees(person.card("Low or worse"))
    await person.sees(person.card(FAILING), "Acknowledge")
    await person.post("routes")
    await person.sees(
        person.card("Who hears of what"), "General in Identity", "Identity alerts in Identity", "Low or worse"
    )


async def acknowledge_changes_the_card_in_place(person: Visitor) -> None:
    cards = person.page.locator(".ac-adaptiveCard:visible").filter(has_text=FAILING)
    before = await cards.count()
    await person.press(person.card(FAILING), "Acknowledge")
    await person.sees(person.card(FAILING), "acknowledged by")
    assert await cards.count() == before == 1
    assert await person.card(FAILING).get_by_role("button", name="Acknowledge", exact=True).count() == 0


async def restart_asks_and_confirm_restarts(person: Visitor, sandbox: Running) -> None:
    earlier = await workday(sandbox)
    assert earlier["status"]["code"] == "Quarantine"
    await person.press(person.card(QUARANTINE), "More options")
    await person.page.get_by_role("menuitem", name="Restart").click()
    question = person.card("Restart Workday to Entra ID?")
    await person.sees(question, "Only the person who asked can confirm")
    assert (await workday(sandbox))["status"]["code"] == "Quarantine"
    await person.press(question, "Confirm restart")
    await person.sees(person.card("Workday to Entra ID is restarting"))
    later = await workday(sandbox)
    assert later["status"]["quarantine"] is None
    assert later["running"] or later["cycles"] > earlier["cycles"]


async def workday(sandbox: Running) -> dict[str, Any]:
    """The job as the sandbox itself has it, as Graph would show it."""
    known = await sandbox.control("GET", "/jobs")
    return next(job for job in known["jobs"] if job["templateId"] == "Workday2AAD")
