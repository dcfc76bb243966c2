"""The audit trail: everything that only operators may do, whoever tried it and however it ended."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.adapters.store import Store
from bot.adapters.store.people import People
from bot.model import AuditEntry, Person
from tests.support.make import ADA, BOB, failing, job, quarantine
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(quarantine=quarantine(), id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [WORKDAY, SLACK])
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


async def ask(talk: Talk, line: str = "restart workday") -> str:
    return buttons(await talk.say(line))["Confirm restart"][1]


async def trail(talk: Talk) -> list[tuple[str, str, str, str]]:
    """Who, what, with which words, and how it ended; the oldest first."""
    async with talk.store.look() as tx:
        found = await tx.people.trail()
    return [(each.person.name, each.command, each.words, each.outcome) for each in reversed(found)]


WORDS = "Workday.t.1 --scope portal"


async def test_who_restarted_what_and_how_it_ended(talk: Talk) -> None:
    await talk.press("confirm", await ask(talk))
    talk.jobs.down = "Microsoft Graph cannot be reached."
    assert "Microsoft Graph cannot be reached." in shown(await talk.press("confirm", await ask(talk)))
    ends = ["asked", "confirmed", "done", "asked", "confirmed", "refused: Microsoft Graph cannot be reached."]
    told = await trail(talk)
    assert [(who, what) for who, what, _, _ in told] == [("Ada Admin", "restart")] * 6
    assert [end for *_, end in told] == ends
    assert told[2][2] == WORDS


async def test_who_was_denied(talk: Talk) -> None:
    await talk.say("restart workday", by=BOB)
    await talk.press("ack", "1", by=Person(id="", name="A ghost"))
    await talk.press("confirm", await ask(talk), by=BOB)
    assert await trail(talk) == [
        ("Bob Reader", "restart", "workday", "denied"),
        ("A ghost", "ack", "1", "denied"),
        ("Ada Admin", "restart", WORDS, "asked"),
        ("Bob Reader", "restart", WORDS, "denied: Only Ada Admin can confirm that."),
    ]


async def test_what_was_cancelled_and_what_was_confirmed_too_late(talk: Talk) -> None:
    await talk.press("cancel", await ask(talk))
    late = await ask(talk)
    talk.now.forward(seconds=121)
    await talk.press("confirm", late)
    assert "confirmed or cancelled already" in shown(await talk.press("confirm", late))
    assert [end for *_, end in await trail(talk)] == ["asked", "cancelled", "asked", "expired"]


async def test_somebody_else_who_comes_too_late_is_denied_and_it_expires_by_itself(talk: Talk) -> None:
    token = await ask(talk)
    talk.now.forward(minutes=3)
    assert "Only Ada Admin" in shown(await talk.press("confirm", token, by=BOB))
    await talk.say("audit")
    ends = [(who, end.split(":")[0]) for who, _, _, end in await trail(talk)]
    assert sorted(ends) == [("Ada Admin", "asked"), ("Ada Admin", "expired"), ("Bob Reader", "denied")]


async def test_what_nobody_confirmed_is_in_the_trail_as_expired(talk: Talk) -> None:
    await ask(talk)
    talk.now.forward(minutes=3)
    assert "expired" in shown(await talk.say("audit"))
    assert [end for *_, end in await trail(talk)] == ["asked", "expired"]


async def test_somebody_who_is_no_operator_any_more_cannot_confirm(talk: Talk) -> None:
    token = await ask(talk)
    poorer = Talk(talk.store, [WORKDAY], operators=[])
    assert "not among the operators any more" in shown(await poorer.press("confirm", token))
    assert (poorer.jobs.done, (await trail(talk))[-1][3].split(":")[0]) == ([], "denied")


async def test_what_readers_do_is_nobodys_business(talk: Talk) -> None:
    for line in ("jobs", "errors slack", "watch", "audit", "status workday"):
        await talk.say(line)
    assert await trail(talk) == []


# --- The command -------------------------------------------------------------------------------------------------------


async def test_operators_read_the_trail_with_names_in_place_of_ids(talk: Talk) -> None:
    await talk.press("confirm", await ask(talk))
    await talk.say("ack 1")
    said = shown(await talk.say("audit"))
    assert "restart  Workday to Entra ID --scope portal" in said
    assert said.index("ack") < said.index("done") < said.index("asked")
    assert "is for operators" in shown(await talk.say("audit", by=BOB))


async def test_the_trail_of_one_person_or_one_job_or_of_late(talk: Talk) -> None:
    await talk.say("help", by=BOB)
    await talk.say("restart slack", by=BOB)
    await ask(talk)
    talk.now.forward(days=3)
    await ask(talk, "restart slack")
    assert "Ada Admin" not in shown(await talk.say("audit --person bob"))
    assert "Bob Reader" not in shown(await talk.say("audit --job workday"))
    of_late = shown(await talk.say("audit --days 1"))
    assert "Slack" in of_late
    assert "Workday" not in of_late
    assert "Nobody asked me to change anything by Bob Reader in the last 2 days" in shown(
        await talk.say("audit --days 2 --person bob")
    )


async def test_a_long_trail_is_read_page_by_page(talk: Talk) -> None:
    for at in range(45):
        async with talk.store.begin() as tx:
            await tx.people.record(entry(talk, f"{at} "))
    first = await talk.say("audit")
    assert "Newer" not in buttons(first)
    second = await talk.press(*buttons(first)["Older"])
    third = await talk.press(*buttons(second)["Older"])
    assert second.in_place
    assert [f"word{at} " in shown(third) for at in (0, 4, 5)] == [True, True, False]
    assert set(buttons(third)) == {"Newer"}
    assert "There is nothing older" in shown(await talk.say("audit --page 9"))


@pytest.mark.parametrize(
    "words",
    ["--days 0", "--days -1", "--days x", "--page 0", "--page 99999", "--days 1e3", "--person nobody-known", "now"],
)
async def test_wrong_words_are_refused_in_a_sentence(talk: Talk, words: str) -> None:
    answer = await talk.say(f"audit {words}")
    assert "Something went wrong" not in shown(answer)
    assert "Audit trail" not in shown(answer)


# --- When it cannot be written -----------------------------------------------------------------------------------------


async def test_where_only_the_trail_could_not_be_written_the_card_says_that_it_was_done(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, record = await ask(talk), People.record

    async def broken(self: People, entry: AuditEntry) -> None:
        if entry.outcome == "done":
            raise OperationalError("INSERT", {}, Exception("disk full"))
        await record(self, entry)

    monkeypatch.setattr(People, "record", broken)
    said = shown(await talk.press("confirm", token))
    assert "is restarting" in said
    assert "This was done, but the audit trail could not be written" in said
    assert "nothing was lost" not in said


async def test_what_cannot_be_written_down_beforehand_is_not_done(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await ask(talk)

    async def broken(self: People, entry: AuditEntry) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(People, "record", broken)
    assert "database does not answer" in shown(await talk.press("confirm", token))
    assert talk.jobs.done == []


def entry(talk: Talk, words: str) -> AuditEntry:
    return AuditEntry(
        at=talk.now(), person=ADA, conversation_id="c", command="ack", words=f"word{words}", outcome="done"
    )
