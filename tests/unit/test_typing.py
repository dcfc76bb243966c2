"""Lines as tired people and their phones write them: misspelt, with curly quotes and long dashes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.store import Store
from bot.command import commands
from bot.flags import part, unquoted
from bot.ports import Refusal
from bot.words import read_span
from bot.written import written
from tests.support.make import BOB, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")
ONEIL = job("O'Neil's plotter – test", id="scim.t.3")
ERRORS = commands()["errors"]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK, ONEIL])
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


# --- Suggestions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "suggested"),
    [
        ("status wrkday", ("status", "Workday to Entra ID")),
        ("errors slakc --since 7d", ("errors", "Slack --since 7d")),
        ("restart slakc --scope quarantine", ("restart", "Slack --scope quarantine")),
        ("token slakc 2027-03-31", ("token", "Slack 2027-03-31")),
        ("eror slack", ("errors", "slack")),
    ],
)
async def test_a_suggestion_keeps_the_command_and_its_flags(talk: Talk, line: str, suggested: tuple[str, str]) -> None:
    assert suggested in buttons(await talk.say(line)).values()


async def test_a_suggested_restart_is_still_asked_about_before_it_is_done(talk: Talk) -> None:
    offered = buttons(await talk.say("restart wrkday --scope escrows")).values()
    answer = await talk.press(*next(each for each in offered if each[0] == "restart"))
    assert "Restart Workday to Entra ID?" in shown(answer)
    assert talk.jobs.done == []
    await talk.press(*buttons(answer)["Confirm restart"])
    assert talk.jobs.done == [("restart", "Workday.t.1", "escrows")]


async def test_of_people_who_share_a_name_each_is_suggested(talk: Talk) -> None:
    await talk.say("help", by=BOB)
    await talk.say("help")
    answer = await talk.say("assign 1 d")  # Ada Admin, Bob Reader
    assert {("assign", "1 Ada Admin"), ("assign", "1 Bob Reader")} <= set(buttons(answer).values())


async def test_a_greeting_is_answered_with_help_once(talk: Talk) -> None:
    assert list(buttons(await talk.say("hello"))) == ["help", "jobs"]
    assert list(buttons(await talk.say("helpp"))) == ["help"]


async def test_the_usage_of_token_has_a_job_and_a_date(talk: Talk) -> None:
    assert "token <job> <date>" in shown(await talk.say("help token"))
    assert "token <job> <date>" in shown(await talk.say("token slack"))
    assert "is not a date" in shown(await talk.say("token slack tomorrow"))
    assert "is noted" in shown(await talk.say("token slack 2027-03-31"))


@pytest.mark.parametrize(
    "line",
    ["Who was told of #1?", "who was told of 1 ?", "who told 1?", "who was told about incident 1", "incident #1?"],
)
async def test_an_incident_may_be_asked_for_as_in_a_sentence(talk: Talk, line: str) -> None:
    answer = await talk.say(line)
    if " told 1" in line:
        answer = await talk.press(*next(iter(buttons(answer).values())))
    assert "#1" in shown(answer)
    assert "is not the number" not in shown(answer)


# --- Phones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dash", ["--", "–", "—", "−", "-", "――"])
async def test_a_flag_is_known_however_its_dashes_are_written(talk: Talk, dash: str) -> None:
    assert "in the last 2 h" in shown(await talk.say(f"errors {dash}since 2h"))
    assert "in the last 2 h" in shown(await talk.say(f"errors {dash}Since=2h"))


@pytest.mark.parametrize(
    "scope",
    [
        "quarantine,escrows",
        "quarantine, escrows",
        "quarantine , escrows",
        "“quarantine, escrows”",
        "'quarantine escrows'",
    ],
)
async def test_scopes_are_a_list_however_it_is_written(talk: Talk, scope: str) -> None:
    answer = await talk.say(f"restart workday --scope {scope}")
    await talk.press(*buttons(answer)["Confirm restart"])
    assert talk.jobs.done == [("restart", "Workday.t.1", "quarantine", "escrows")]


@pytest.mark.parametrize(
    "name", ["“Workday to Entra ID”", '"workday"', "‘workday’", "„workday“", "o’neil’s", "plotter - test"]
)
async def test_quotation_marks_and_curly_letters_do_not_matter(talk: Talk, name: str) -> None:
    assert "No job matches" not in shown(await talk.say(f"status {name}"))


async def test_a_reason_may_hold_dashes_and_quotes(talk: Talk) -> None:
    await talk.say("snooze 1 —for 1h –reason the vendor’s fix – due at 6")
    async with talk.store.look() as tx:
        incident = await tx.incidents.get(1)
    assert incident is not None
    assert incident.snooze is not None
    assert incident.snooze.reason == "the vendor’s fix – due at 6"


async def test_a_flag_that_does_not_exist_is_named(talk: Talk) -> None:
    for line in ("errors --sinze 1h", "errors —sinze 1h"):
        assert "has no" in shown(await talk.say(line))
    assert "needs a value" in shown(await talk.say("errors --since"))


@given(
    st.lists(
        st.text(alphabet="-–—“”\"'`,=abci since1h", min_size=1, max_size=8).filter(lambda word: bool(word.strip()))
    )
)
def test_no_line_breaks_the_reading_of_flags(words: list[str]) -> None:
    line = " ".join(words).split()
    try:
        plain, values = part(
            line, {each.name: each for each in ERRORS.parameters if each.flag}, ERRORS.help.usage, "errors"
        )
    except Refusal:
        return
    assert set(values) <= {"since"}
    assert set(plain) <= set(line)


def test_only_whole_quotations_lose_their_marks() -> None:
    assert [unquoted(text) for text in ("“a b”", "a”", '"', '""', "'a'")] == ["a b", "a”", '"', '""', "a"]
    assert unquoted('"a", "b"') == '"a", "b"'
    assert unquoted("'O'Neil's'") == "O'Neil's"


# --- What is missing or not a command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said", "offered"),
    [
        ("ack", "needs <incident>", "incidents"),
        ("ack workday", "not the number of an incident", "incidents"),
        ("ack 77", "There is no incident #77", "incidents"),
        ("restart", "needs <job>", "jobs"),
        ("rule", "needs <name>", "rules"),
        ("help restrat", "There is no command", "help restart"),
        ("unwatch tokyo", "is not the number of a route", "routes"),
        ("audit now", "takes no further words", "audit"),
    ],
)
async def test_what_is_missing_is_named_with_a_way_to_find_it(talk: Talk, line: str, said: str, offered: str) -> None:
    answer = await talk.say(line)
    assert said in shown(answer)
    assert offered in [" ".join(each).strip() for each in buttons(answer).values()]


@pytest.mark.parametrize("line", ["?", "Help!", "/help", "HELP"])
async def test_help_is_found_in_a_hurry(talk: Talk, line: str) -> None:
    assert "What you can type" in shown(await talk.say(line))


@pytest.mark.parametrize("line", ["confirm", "cancel", "cancel it", "Confirm x"])
async def test_who_types_a_button_is_told_to_press_it(talk: Talk, line: str) -> None:
    assert "is a button" in shown(await talk.say(line))


@pytest.mark.parametrize("line", ["thanks", "is workday ok", "pause workday", "ls -la"])
async def test_what_is_like_no_command_is_not_taken_for_one(talk: Talk, line: str) -> None:
    answer = await talk.say(line)
    assert "is no command of mine." in shown(answer)
    assert "Did you mean" not in shown(answer)


# --- What is written down is what was meant ----------------------------------------------------------------------------


@given(st.integers(min_value=1, max_value=30 * 24 * 60))
async def test_a_span_is_read_back_as_it_was_written(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert await read_span(cast("Any", None), written(span)) == span


def test_usages_show_what_is_meant_where_nothing_is_said() -> None:
    assert commands()["user"].help.usage == "user <who> [--since 30d]"
    assert commands()["errors"].help.usage == "errors [<job>] [--since 24h]"
    assert commands()["audit"].help.usage == "audit [--days 7] [--person <person>] [--job <job>] [--page 1]"
