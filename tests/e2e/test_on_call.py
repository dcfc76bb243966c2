"""Nobody takes an incident: the people on call are asked, in their own chats and by name, until somebody does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.model import Grade, Incident
from bot.on_call import NOBODY
from sandbox.home import free_port
from sandbox.memory_cards import Shown
from sandbox.teams import general, personal_chat
from tests.support.card_checks import problems
from tests.support.whole import Whole, whole, words


async def opened(scene: Whole) -> Incident:
    scene.tenant.beat("credential_expires", job="Workday")
    await scene.look(seconds=60)
    return next(each for each in await scene.incidents() if each.alert.rule == "quarantine")


def chat(scene: Whole, number: int) -> list[Shown]:
    person = scene.tenant.admins[number]
    return scene.teams.cards(personal_chat(person), person)


async def says(scene: Whole, number: int, text: str) -> Shown:
    person, before = scene.tenant.admins[number], len(chat(scene, number))
    await scene.teams.say(text, person, personal_chat(person))
    await scene.teams.until(lambda: len(chat(scene, number)) > before)
    return chat(scene, number)[-1]


def notes(scene: Whole) -> list[str]:
    """In every thread of every conversation."""
    said = [str(each.activity.get("text") or "") for each in scene.teams.messages if not each.sender]
    return [each for each in said if each]


async def steps(scene: Whole, incident: Incident) -> list[tuple[str, str]]:
    async with scene.bot.store.look() as tx:
        return [(each.kind, each.text) for each in await tx.timeline.of(incident.number)]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path, remind="off") as scene:
        await scene.look()
        await says(scene, 0, "unwatch all")
        await says(scene, 1, "unwatch all")
        yield scene


async def test_what_nobody_takes_goes_to_one_after_the_other_and_ends_when_it_is_taken(scene: Whole) -> None:
    ada, ben = scene.tenant.admins[0], scene.tenant.admins[1]
    answer = await says(scene, 0, f"oncall me, @{ben['displayName']} --for 12h")
    assert problems(answer.card) == []
    assert f"{ben['displayName']}  no operator: may acknowledge what comes, no more" in words(answer)
    await says(scene, 1, "mute 4h")
    incident = await opened(scene)
    card = scene.card("is in quarantine")
    assert "Escalates" in words(card)
    assert f"to {ada['displayName']} at" in words(card)
    asked = [len(chat(scene, 0)), len(chat(scene, 1))]

    await scene.look(seconds=15 * 60)
    assert [len(chat(scene, 0)), len(chat(scene, 1))] == [asked[0] + 1, asked[1]]
    (note,) = [text for text in scene.teams.texts(general(scene.tenant)) if "is on call and is asked now" in text]
    assert f"<at>{ada['displayName']}</at>" in note
    await scene.look(seconds=15 * 60)
    assert [len(chat(scene, 0)), len(chat(scene, 1))] == [asked[0] + 1, asked[1] + 1], "through Ben's silence"
    assert f"#{incident.number} · nobody has it yet" in words(chat(scene, 1)[-1])
    assert f"#{incident.number}" in words(await says(scene, 0, "oncall"))

    await scene.teams.press(chat(scene, 1)[-1], "Acknowledge", ben)
    await scene.look(seconds=16 * 60)
    assert sum("is asked now" in text for text in scene.teams.texts(general(scene.tenant))) == 2
    assert "Escalates" not in words(scene.card("is in quarantine"))
    told = words(await says(scene, 0, f"incident {incident.number}"))
    assert f"it is the turn of {ben['displayName']}" in told
    assert "done, being on call" in words(await says(scene, 0, "audit"))
    found = [each.text for each in await scene.bot.examine() if each.topic == "On call"]
    assert any(f"{ben['displayName']} is no operator, so they can acknowledge" in each for each in found)
    assert "2 people can be asked after 15 minutes." in found


async def test_only_operators_say_who_is_on_call_and_the_audit_trail_keeps_it(scene: Whole) -> None:
    assert "Nobody is on call" in words(await scene.say("oncall"))
    assert "changed by operators" in words(await says(scene, 1, "oncall me"))
    await scene.say("oncall me")
    async with scene.bot.store.look() as tx:
        entries = [each for each in await tx.people.trail() if each.command == "oncall"]
    assert [each.outcome for each in entries] == ["done", "denied"]
    assert scene.tenant.admins[1]["displayName"] not in words(await scene.say("oncall"))
    assert "Nobody is on call" in words(await scene.say("oncall reset"))
    assert "I know nobody called" in words(await scene.say("oncall @Nobody Known"))


STRANGER = "0f000000-0000-4000-8000-000000000001"
"""Well-formed, and nobody's."""


async def test_who_does_not_exist_is_passed_over_and_nothing_says_that_they_are_asked(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text("", "utf-8")
    async with whole(tmp_path, routes=file, remind="off") as scene:
        ben = scene.tenant.admins[1]
        file.write_text(f'[oncall]\npeople = ["{STRANGER}", "{ben["id"]}"]\nminutes = 15\n', "utf-8")
        assert scene.bot.rereading is not None
        await scene.bot.rereading.look()
        await scene.look()
        await says(scene, 0, "watch all")
        incident = await opened(scene)
        assert f"Escalates to {ben['displayName']} at" in words(scene.card("is in quarantine"))
        shown = words(await says(scene, 0, "oncall"))
        assert f"1.  {STRANGER} cannot be reached: {NOBODY} 2.  {ben['displayName']}  no operator" in shown
        assert f"{ben['displayName']}, " in shown, "as the notes call him, who never wrote to the bot"
        heard = len(notes(scene))
        for seconds in (15 * 60, 5, 5):
            await scene.look(seconds=seconds)
        assert "is in quarantine" in words(chat(scene, 1)[-1]), "not after another 15 minutes"
        assert f"Not reached  {STRANGER} ({NOBODY})" in words(scene.card("is in quarantine"))
        for said in ("Escalated", "Escalates"):
            assert f"{said} to {ben['displayName']} at" in words(scene.card("is in quarantine"))
        lost = f"Could not be reached: {STRANGER} ({NOBODY})"
        told = [each for each in notes(scene)[heard:] if "on call" in each or STRANGER in each]
        assert len(told) >= 2, "in each thread"
        assert all(lost in each and each.endswith("is on call and is asked now.") for each in told)
        turns = [each for each in await steps(scene, incident) if each[0] in ("escalated", "not reached")]
        expected = [("not reached", f"{STRANGER} ({NOBODY})"), ("escalated", f"it is the turn of {ben['displayName']}")]
        assert turns == expected
        answer = words(await scene.say(f"who was told {incident.number}"))
        assert f"the chat of {STRANGER} On call, but could not be reached" in answer
        found = [each for each in await scene.bot.examine() if each.topic == "On call"]
        missing = f"{STRANGER} cannot be asked: nobody in the directory has this object id."
        assert (found[0].grade, found[0].text) == (Grade.FAULT, f"{missing} Mend people of [oncall] in {file.name}.")
        assert found[-1].text == "1 person can be asked after 15 minutes."


async def test_where_nobody_on_call_can_be_reached_the_fallback_hears_so_at_once(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    fallback = "mailto:iam@contoso.example"
    file.write_text("", "utf-8")
    nobody: Any = {
        "smtp_host": "127.0.0.1",
        "smtp_port": free_port(),
        "smtp_security": "none",
        "smtp_from": "b@x.example",
    }
    async with whole(tmp_path, routes=file, **nobody) as scene:
        without = list(scene.tenant.everybody.values())[-1]
        people = f'people = ["{STRANGER}", "{without["id"]}"]\nminutes = 1\nseverity = "medium"\n'
        file.write_text(f'[fallback]\nto = ["{fallback}"]\n[oncall]\n{people}', "utf-8")
        assert scene.bot.rereading is not None
        await scene.bot.rereading.look()
        await scene.look()
        incident = await opened(scene)
        await scene.look(seconds=61)
        await scene.look(seconds=5)
        assert "nobody on call could be reached, and nobody has taken it" in words(scene.card("is in quarantine"))
        *_, asked, lost = scene.teams.texts(general(scene.tenant))
        who = without["displayName"]
        assert asked.endswith(f"{STRANGER} ({NOBODY}). {who} is on call and is asked now."), "only Teams knows better"
        assert lost.startswith(f"Nobody on call could be reached: {STRANGER} ({NOBODY}); {who} (Teams answered 403")
        for _ in range(3):
            await scene.look(seconds=61)
        async with scene.bot.store.look() as tx:
            assert fallback in await tx.outbox.places(incident.number)
        kinds = [kind for kind, _ in await steps(scene, incident)]
        assert [kinds.count(each) for each in ("escalated", "not reached", "escalation ended")] == [1, 2, 1]


async def test_it_is_said_again_ever_more_seldom_and_once_each_also_by_the_next_leader(tmp_path: Path) -> None:
    async with whole(tmp_path, remind="1h 3h") as scene:
        await scene.look()
        await opened(scene)

        def said() -> int:
            return sum("nobody has taken it" in text for text in scene.teams.texts(general(scene.tenant)))

        heard: list[int] = []
        for _ in range(8):
            scene.clock.turn(minutes=30)
            await scene.bot.timekeeper.tick()
            await scene.bot.timekeeper.tick()
            await scene.deliver()
            heard.append(said())
        assert heard == [0, 1, 1, 1, 1, 2, 2, 2]
