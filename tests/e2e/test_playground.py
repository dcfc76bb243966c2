"""The sandbox's own machinery, with the stand-in as the bot: door, Playground, browser, start and end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Route

from tests.support.browser import Visitor, visitor
from tests.support.sandbox_process import Running, sandbox_process

STAND_IN = "tests/support/stand_in.py"


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Running]:
    async with sandbox_process(tmp_path, program=STAND_IN) as running:
        await running.up()
        yield running


async def test_cards_come_unasked_answer_buttons_and_change_in_place(sandbox: Running, tmp_path: Path) -> None:
    async with visitor(sandbox.page) as person:
        await person.open("Identity operations - General")
        await person.sees(person.card("Three users fail"))
        await person.press(person.card("Three users fail"), "Acknowledge")
        await person.sees(person.card("Three users fail"), "acknowledged")
        assert await person.page.locator(".ac-adaptiveCard:visible").count() == 1
        await person.post("jobs")
        await person.sees(person.card("jobs"), "You said")
        await person.open("Identity operations - Identity alerts")
        await person.post("routes")
        await person.sees(person.card("routes"), "You said")
        assert await person.page.locator(".ac-adaptiveCard:visible").count() == 1, "the team has the app already"
        await person.open("Personal Chat")
        await person.say("errors")
        await person.sees(person.answer("You said errors"))
        await person.open("Identity on-call")
        await person.mention("status workday")
        await person.sees(person.answer("status workday"), "You said")
        await person.picture(tmp_path / "group.png")
        assert (tmp_path / "group.png").stat().st_size > 10_000


async def test_a_page_that_is_opened_late_or_anew_has_forgotten_nothing(sandbox: Running, tmp_path: Path) -> None:
    async with visitor(sandbox.page) as person:
        await person.open("Identity operations - General")
        await person.press(person.card("Three users fail"), "Acknowledge")
        await person.sees(person.card("Three users fail"), "acknowledged")
        await person.post("jobs")
        await person.sees(person.card("jobs"), "You said")
        await person.reply("jobs", "errors")
        await person.sees(person.card("errors"), "You said")
        await person.page.reload()
        await person.open("Identity operations - General")
        await person.sees(person.card("Three users fail"), "acknowledged")
        await person.sees(person.card("You said Syncwatch jobs"))
        await person.sees(person.card("errors"))
        await person.reply("jobs", "status")
        await person.sees(person.card("status"), "You said")
        await person.picture(tmp_path / "page.png")
    async with visitor(sandbox.page) as late:
        await late.open("Identity operations - General")
        await late.sees(late.card("status"))
        await late.post("and again")
        await late.sees(late.card("and again"), "You said")


async def test_a_bot_that_answers_before_the_page_knows_its_own_post_is_heard(sandbox: Running) -> None:
    async with visitor(sandbox.page) as person:
        await person.open("Identity operations - General")
        await person.sees(person.card("Three users fail"))
        await person.page.route("**/messages", overtaken(person))
        await person.post("jobs")
        await person.sees(person.card("jobs"), "You said")
        await person.reply("jobs", "errors")
        await person.sees(person.card("errors"), "You said")


def overtaken(person: Visitor) -> Callable[[Route], Awaitable[None]]:
    """What is typed is accepted at once, and the page is told so only when the bot's answer is there."""
    answered = asyncio.Event()
    person.streams[0].on("framereceived", lambda _: answered.set())

    async def handle(route: Route) -> None:
        answered.clear()
        accepted = await route.fetch()
        await answered.wait()
        await route.fulfill(response=accepted)

    return handle


async def test_two_pages_that_are_open_show_the_same(sandbox: Running) -> None:
    async with visitor(sandbox.page) as person, visitor(sandbox.page) as other:
        for one in (person, other):
            await one.open("Identity operations - General")
            await one.sees(one.card("Three users fail"))
        await person.post("jobs")
        await other.sees(other.card("jobs"), "You said")
        await other.reply("jobs", "errors")
        for one in (person, other):
            await one.sees(one.card("errors"), "You said")
            assert await one.page.get_by_role("group").filter(has_text="Syncwatch jobs").count() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_being_told_to_end_ends_everything_without_a_word_of_python(sandbox: Running, number: int) -> None:
    family = sandbox.family()
    assert len(family) >= 3
    code, said, complained = await sandbox.stop(number)
    assert (code, complained) == (0, "")
    assert "Traceback" not in said
    assert [one for one in family if one.is_running() and one.status() != "zombie"] == []
    assert not _listens(sandbox.port)


async def test_a_killed_sandbox_leaves_nothing_behind(sandbox: Running) -> None:
    family = sandbox.family()
    sandbox.process.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, 20)
    assert alive == []


async def test_the_screen_names_the_address_three_things_to_type_and_how_to_stop(sandbox: Running) -> None:
    for words in (sandbox.page.rstrip("/"), "jobs", "status workday", "errors", "Ctrl-C"):
        assert words in sandbox.screen
    assert len(sandbox.screen.strip().splitlines()) <= 10


async def test_a_used_port_is_one_sentence(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        async with sandbox_process(tmp_path, port=port, program=STAND_IN) as running:
            code, said, complained = await running.end()
    assert code == 2
    assert said == ""
    assert complained.startswith(f"Port {port} cannot be used")
    assert len(complained.splitlines()) == 1


async def test_a_second_sandbox_in_the_same_folder_is_refused(sandbox: Running) -> None:
    async with sandbox_process(sandbox.home.parent, program=STAND_IN) as second:
        code, _, complained = await second.end()
    assert code == 2
    assert complained.startswith("Another sandbox is running")


async def test_a_bot_that_does_not_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path, "--bot", "die", program=STAND_IN) as running:
        code, _, complained = await running.end()
    assert code == 2
    assert complained.startswith("The bot has ended")
    assert "The settings are not complete." in complained
    assert "Traceback" not in complained


@pytest.mark.parametrize("part", ["node", "python"])
async def test_a_part_that_dies_ends_the_rest(sandbox: Running, part: str) -> None:
    family = sandbox.family()
    victim = next(one for one in family[1:] if part in one.name())
    victim.kill()
    code, _, complained = await sandbox.end()
    assert code == 2
    assert "has ended" in complained
    assert "Traceback" not in complained
    assert [one for one in family if one.is_running() and one.status() != "zombie"] == []


async def test_the_folder_of_an_ended_sandbox_is_good_for_the_next(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path, program=STAND_IN) as first:
        await first.up()
    async with sandbox_process(tmp_path, program=STAND_IN) as second:
        await second.up()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
