"""Chat as transcripts: what people type and press, what they see, and what is done."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.command import commands
from bot.model import Person, State
from bot.named_jobs import match_job
from bot.ports import Unclear
from tests.support.make import ADA, BOB, CHANNEL, NOON, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")
SALESFORCE = job("Salesforce", id="salesforce.t.3")
HASH = job("contoso.local – Cloud sync: password hash", id="AD2AADPasswordHash.t.4")
USERS = job("contoso.local – Cloud sync: AD → Entra ID", id="AD2AADProvisioning.t.5")
ELSEWHERE = replace(CHANNEL, id="19:other@thread.tacv2", name="Other")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK, SALESFORCE, HASH, USERS])
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


# --- Reading -----------------------------------------------------------------------------------------------------------


async def test_help_lists_the_commands_that_one_may_run(talk: Talk) -> None:
    for_ada, for_bob = shown(await talk.say("help")), shown(await talk.say("help", by=BOB))
    assert "restart <job>" in for_ada
    assert "restart" not in for_bob
    assert "confirm <token>" not in for_ada


async def test_jobs_shows_those_in_trouble_first(talk: Talk) -> None:
    said = shown(await talk.say("jobs"))
    assert said.index("Workday to Entra ID") < min(said.index("Slack"), said.index("Salesforce"))


async def test_a_job_is_found_by_some_words_of_its_name(talk: Talk) -> None:
    assert "Workday to Entra ID" in shown(await talk.say("status workday"))
    assert "password hash" in shown(await talk.say("status hash contoso"))


async def test_a_misspelt_job_is_answered_with_the_nearest(talk: Talk) -> None:
    answer = await talk.say("status wrkday")
    assert "No job matches 'wrkday'. Did you mean Workday to Entra ID?" in shown(answer)
    assert ("status", "Workday to Entra ID") in buttons(answer).values()


async def test_words_that_fit_several_jobs_ask_which_one(talk: Talk) -> None:
    said = shown(await talk.say("status contoso"))
    assert "2 jobs match 'contoso'" in said
    assert "more" not in said


@pytest.mark.parametrize("number", [6, 7, 12])
async def test_of_many_that_fit_the_first_are_named_and_the_rest_counted(talk: Talk, number: int) -> None:
    many = {f"a{at}": job(f"Slack {at:02d}", id=f"a{at}") for at in range(number)}
    with pytest.raises(Unclear) as asked:
        match_job("slack", many)
    rest = f" and {number - 6} more. More of the name tells them apart." if number > 6 else "."
    assert str(asked.value) == (
        f"{number} jobs match 'slack': Slack 00, Slack 01, Slack 02, Slack 03, Slack 04, Slack 05{rest}"
    )
    async with talk.store.begin() as tx:
        for at in range(number):
            await tx.people.meet(Person(id=f"p{at}", name=f"Sam {at:02d}"))
    said = shown(await talk.say("assign 1 sam"))
    assert f"{number} people match 'sam': Sam 00," in said
    assert (f"Sam 05 and {number - 6} more." in said) == (number > 6)


async def test_text_that_is_no_command_gets_the_nearest_command(talk: Talk) -> None:
    answer = await talk.say("eror slack")
    assert "Did you mean" in shown(answer)
    assert ("errors", "slack") in buttons(answer).values()
    assert "no command of mine" in shown(await talk.say("please make coffee"))


async def test_errors_are_grouped_by_cause_with_what_to_do(talk: Talk) -> None:
    said = shown(await talk.say("errors"))
    assert "Nothing" in said or "No " in said
    assert "is not a span of time" in shown(await talk.say("errors --since yesterday"))
    assert "has no --sinze" in shown(await talk.say("errors --sinze 1h"))


async def test_an_empty_message_and_a_very_long_one_are_answered(talk: Talk) -> None:
    assert "Write" in shown(await talk.say(""))
    assert "longer than a command can be" in shown(await talk.say("status " + "x" * 5000))


# --- Roles -------------------------------------------------------------------------------------------------------------


async def test_a_reader_may_not_restart_and_nothing_happens(talk: Talk) -> None:
    assert "is for operators" in shown(await talk.say("restart workday", by=BOB))
    assert talk.jobs.done == []


async def test_somebody_without_an_entra_id_is_nobody(talk: Talk) -> None:
    said = shown(await talk.say("jobs", by=Person(id="", name="A ghost")))
    assert "not among the readers" in said
    assert "Workday" not in said


async def test_where_readers_are_named_others_get_no_data(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    talk = Talk(store, [WORKDAY], readers=["somebody-else"])
    await talk.start()
    assert "Workday" not in shown(await talk.say("jobs", by=BOB))
    assert "Workday" in shown(await talk.say("jobs", by=ADA))
    await store.close()


# --- Restart -----------------------------------------------------------------------------------------------------------


async def ask(talk: Talk, text: str = "restart workday") -> str:
    answer = await talk.say(text)
    token = next(words for verb, words in buttons(answer).values() if verb == "confirm")
    assert token.isalnum(), "one that begins with dashes would be taken for a flag"
    return token


async def test_restart_asks_first_and_does_it_when_confirmed(talk: Talk) -> None:
    token = await ask(talk)
    assert talk.jobs.done == []
    answer = await talk.press("confirm", token)
    assert answer.in_place
    assert "is restarting" in shown(answer)
    assert talk.jobs.done == [("restart", "Workday.t.1", "portal")]
    assert talk.looked == 1


async def test_the_job_that_was_shown_is_the_one_that_is_restarted_whatever_is_named_later(talk: Talk) -> None:
    token = await ask(talk)
    async with talk.store.begin() as tx:
        await tx.reading.save_jobs([*talk.jobs.jobs.values(), job("workday", id="other.t.9")])
    await talk.press("confirm", token)
    assert talk.jobs.done == [("restart", "Workday.t.1", "portal")]


async def test_the_scope_that_was_asked_for_is_the_one_that_is_sent(talk: Talk) -> None:
    await talk.press("confirm", await ask(talk, "restart workday --scope quarantine,escrows"))
    assert talk.jobs.done == [("restart", "Workday.t.1", "quarantine", "escrows")]


async def test_scopes_that_do_not_go_together_are_refused_before_anybody_is_asked(talk: Talk) -> None:
    answer = await talk.say("restart workday --scope full,escrows")
    assert "cannot be combined" in shown(answer)
    assert "is no scope of a restart" in shown(await talk.say("restart workday --scope everything"))


async def test_a_confirmation_works_once(talk: Talk) -> None:
    token = await ask(talk)
    await talk.press("confirm", token)
    assert "confirmed or cancelled already" in shown(await talk.press("confirm", token))
    assert len(talk.jobs.done) == 1


async def test_nobody_else_can_confirm(talk: Talk) -> None:
    assert "Only Ada Admin can confirm that" in shown(await talk.press("confirm", await ask(talk), by=BOB))
    assert talk.jobs.done == []


async def test_a_confirmation_belongs_to_its_conversation(talk: Talk) -> None:
    answer = await talk.press("confirm", await ask(talk), place=ELSEWHERE)
    assert "in another conversation" in shown(answer)
    assert talk.jobs.done == []


async def test_a_confirmation_expires_after_two_minutes(talk: Talk) -> None:
    token = await ask(talk)
    talk.now.forward(seconds=121)
    answer = await talk.press("confirm", token)
    assert "more than 2 minutes ago" in shown(answer)
    assert list(buttons(answer).values()) == [("restart", "Workday to Entra ID --scope portal")]
    assert talk.jobs.done == []


async def test_what_was_cancelled_cannot_be_confirmed(talk: Talk) -> None:
    token = await ask(talk)
    assert "Nothing was done" in shown(await talk.press("cancel", token))
    assert "confirmed or cancelled already" in shown(await talk.press("confirm", token))


# --- Acknowledge -------------------------------------------------------------------------------------------------------


async def test_acknowledging_changes_the_card_in_place_and_tells_the_others(talk: Talk) -> None:
    await talk.show(1)
    answer = await talk.press("ack", "1")
    assert answer.in_place
    assert "Ada Admin" in shown(answer)
    async with talk.store.look() as tx:
        incident = await tx.incidents.get(1)
        due = await tx.outbox.due(NOON)
    assert incident is not None
    assert incident.state is State.ACKNOWLEDGED
    assert {(each.kind, each.incident) for each in due} >= {("card", 1), ("note", 1)}


async def test_an_incident_is_acknowledged_once(talk: Talk) -> None:
    await talk.say("ack #1")
    assert "Ada Admin has incident #1 already" in shown(await talk.say("ack 1"))


async def test_a_button_reaches_only_incidents_whose_card_stands_in_its_conversation(talk: Talk) -> None:
    await talk.show(1)
    assert "There is no incident #1 here" in shown(await talk.press("ack", "1", place=ELSEWHERE))
    assert "There is no incident #999 here" in shown(await talk.press("ack", "999"))


async def test_a_resolved_incident_cannot_be_acknowledged_from_its_old_card(talk: Talk) -> None:
    await talk.show(1)
    async with talk.store.begin() as tx:
        incident = await tx.incidents.get(1)
        assert incident is not None
        await tx.incidents.save(replace(incident, state=State.RESOLVED, resolved_at=NOON))
    assert "resolved already" in shown(await talk.press("ack", "1"))


@pytest.mark.parametrize("words", ["", "drop table", "1; restart workday", "-1", "1e9", "٣", "9" * 400, "\x00"])
@pytest.mark.parametrize("verb", ["ack", "status", "restart", "confirm", "", "__class__", "ack\nrestart"])
async def test_a_hostile_button_gets_a_polite_refusal_and_nothing_happens(talk: Talk, verb: str, words: str) -> None:
    answer = await talk.press(verb, words)
    assert answer.card["type"] == "AdaptiveCard"
    assert talk.jobs.done == []
    async with talk.store.look() as tx:
        assert [incident.state for incident in await tx.incidents.open()] == [State.OPEN, State.OPEN]


# --- Faults ------------------------------------------------------------------------------------------------------------


async def test_a_fault_gives_a_reference_and_no_traceback(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(talk.jobs, "get", broken)
    said = shown(await talk.say("status workday"))
    assert "Something went wrong here" in said
    assert "ZeroDivision" not in said
    assert said.split("under ")[1].split(".")[0] in caplog.text


async def test_the_log_says_what_was_refused_but_not_what_was_typed(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        await talk.say("status my-secret-project")
        await talk.press("ack", "999")
        await talk.say("watch --kind o'neil's")
    why = [str(vars(record).get("why")) for record in caplog.records]
    assert why[:2] == ["No job matches '…'.", "There is no incident #999 here."]
    assert why[2].startswith("'…' is not known here")
    assert "neil" not in "".join(why)


async def test_a_source_that_is_down_is_said_in_its_own_sentence(talk: Talk) -> None:
    talk.jobs.down = "Microsoft Graph cannot be reached."
    assert shown(await talk.say("status workday")).count("Microsoft Graph cannot be reached.") == 1


def test_every_command_has_a_sentence_of_help_and_a_usage() -> None:
    for each in commands().values():
        assert each.text.endswith(".")
        assert each.help.usage.startswith(each.name.replace("-", " ")), "names are typed with blanks as well"
