"""What is misspelt is answered with what may be meant, as the very line that was typed; jobs in a row are understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import ConversationKind, Job
from bot.named_jobs import match_jobs
from bot.ports import Refusal
from tests.support.make import ADA, BOB, CHANNEL, failing, job
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(id="Workday.t.1")
SLACK = job("Slack", id="slackOutDelta.t.2")
SALES = job("Salesforce [EU] *prod*", id="salesforce.t.3")
HASH = job("contoso.local – Cloud sync: password hash", id="AD2AADPasswordHash.t.4")
USERS = job("contoso.local – Cloud sync: AD → Entra ID", id="AD2AADProvisioning.t.5")
JOBS = {each.id: each for each in (WORKDAY, SLACK, SALES, HASH, USERS)}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    talk = Talk(store, JOBS.values())
    await talk.start(failing(3, job_id=SLACK.id))
    yield talk
    await store.close()


# --- Flags and values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said", "offered"),
    [
        ("errors slack --sinze 2h", "`errors` has no --sinze. Did you mean --since?", ["errors slack --since 2h"]),
        ("errors —sinse=2h", "has no —sinse. Did you mean --since?", ["errors --since=2h"]),
        ("watch -sevrity high", "has no -sevrity. Did you mean --severity?", ["watch --severity high"]),
        ("undelivered --pgae 2", "Did you mean --page?", ["undelivered --page 2"]),
        ("watch --only-mine=no", "--only-mine takes no value: it is written alone, or left out.", []),
        ("watch --loud", "there are --severity, --rule, --kind, --persona, --only-mine, --dry-run.", []),
        ("errors --loud", "has no --loud; there is --since.", []),
        ("jobs --all", "has no --all, nor any other flag.", []),
        ("errors --since 7x", "Did you mean 7d?", ["errors --since 7d", "errors --since 7h"]),
        ("errors slack --since 60d", "30d is the longest", ["errors slack --since 30d"]),
        ("errors --since soon", "write 30m, 24h or 7d, at most 30d.", ["errors --since 24h", "errors --since 7d"]),
        ("errors --since 0d", "is not a span of time", ["errors --since 24h", "errors --since 7d"]),
        ("oncall me --for 12x", "Did you mean 12d?", ["oncall me --for 12d", "oncall me --for 12h"]),
        ("watch --severity hgih", "Did you mean high?", ["watch --severity high"]),
        ("watch slack --kind clod-sync", "Did you mean cloud-sync?", ["watch slack --kind cloud-sync"]),
        ("watch slack --persona gcr", "Did you mean GRC?", []),
        ("snooze 1 --until cycel --reason x", "Did you mean cycle?", ["snooze 1 --until cycle --reason x"]),
        ("restart slack --scope escrow,full", "Did you mean escrows?", ["restart Slack --scope escrows,full"]),
        ("quiet 22-7 --except crit", "low, none. Did you mean critical?", ["quiet 22-7 --except critical"]),
        ("assign 1 Adda", "Did you mean Ada Admin?", ["assign 1 Ada Admin"]),
        ("oncall me, bobb", "Did you mean Bob Reader?", ["oncall me, Bob Reader"]),
    ],
)
async def test_the_line_is_offered_as_it_may_have_been_meant(
    talk: Talk, line: str, said: str, offered: list[str]
) -> None:
    await talk.say("help", by=BOB)
    answer = await talk.say(line)
    assert " ".join(said.replace("`", "").split()) in " ".join(shown(answer).split())
    pressable = [" ".join(each) for each in buttons(answer).values()]
    assert pressable[: len(offered)] == [each.replace("Slack --scope", "slack --scope") for each in offered]


async def test_of_several_rules_the_misspelt_one_is_put_right_and_all_else_stays(talk: Talk) -> None:
    answer = await talk.say("watch slack --rule job_*, quarantin --severity high")
    assert "There is no rule 'quarantin'. Did you mean quarantine?" in shown(answer)
    assert buttons(answer)["watch … job_*,quarantine"] == ("watch", "slack --severity high --rule job_*,quarantine")
    assert "watch … job_*,quarantine_forecast" in buttons(answer), "each can be told from the others"


@pytest.mark.parametrize("span", ["2h", "2 H", "2hours", "2 hours", "120 min", "120minutes"])
async def test_spans_are_read_as_people_write_them(talk: Talk, span: str) -> None:
    for line in (f"errors --since '{span}'", f"errors --since {span}", f"errors --since {span} slack"):
        assert "in the last 2 h" in shown(await talk.say(line)), line


# --- Several jobs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("workday slack", [WORKDAY, SLACK]),
        ("slack workday to entra id", [SLACK, WORKDAY]),
        ("workday and slack & password hash", [WORKDAY, SLACK, HASH]),
        ("cloud hash slack", [HASH, SLACK]),
        ("workday slack, password hash", [WORKDAY, SLACK, HASH]),
        ("slack slack", [SLACK]),
        ("contoso hash", [HASH]),
    ],
)
def test_jobs_in_a_row_are_understood_where_none_is_in_doubt(typed: str, meant: list[Job]) -> None:
    assert match_jobs([part.strip() for part in typed.split(",")], JOBS) == [each.id for each in meant]


@pytest.mark.parametrize("line", ["watch me, slack, workday", 'watch me "slack", “workday”', "watch ME slack workday"])
async def test_ones_own_chat_and_each_job_may_be_parted_by_commas_and_stand_in_quotation_marks(
    talk: Talk, line: str
) -> None:
    mine = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, team_id="", name="")
    await talk.say("jobs", place=mine)
    await talk.say(line)
    async with talk.store.look() as tx:
        (made,) = [each for each in await tx.routes.all() if each.to == mine.id]
    assert set(made.matchers.jobs) == {SLACK.id, WORKDAY.id}


def test_patterns_may_stand_in_the_row() -> None:
    assert match_jobs(["Sales* slack"], JOBS) == ["Sales*", SLACK.id]
    assert match_jobs(["Salesforce [EU]*"], JOBS) == ["Salesforce [EU]*"], "one pattern with a blank in it"


@pytest.mark.parametrize(
    ("line", "said", "offered"),
    [
        ("watch wrkday slack", "No job matches 'wrkday'.", "watch Workday to Entra ID, slack"),
        ("watch me slack wrkday", "No job matches 'wrkday'.", "watch me slack, Workday to Entra ID"),
        ("watch wrkday slak --severity high", "No job", "watch Workday to Entra ID, slak --severity high"),
        ("watch contoso slack", "2 jobs match 'contoso'", f"watch {HASH.name}, slack"),
        ("watch slack everything", "No job matches 'everything', nor 'slack everything'.", "jobs"),
        ("watch slak, workday", "Did you mean Slack?", "watch Slack, workday"),
    ],
)
async def test_where_one_is_in_doubt_it_is_asked_about_and_how_to_write_it_is_said(
    talk: Talk, line: str, said: str, offered: str
) -> None:
    answer = await talk.say(line)
    assert said in shown(answer)
    assert "," in line or "Several jobs have commas between them." in shown(answer)
    assert offered in [" ".join(each).strip() for each in buttons(answer).values()]
    async with talk.store.look() as tx:
        assert len(await tx.routes.all()) == 1, "that of the beginning"


async def test_a_single_name_that_is_misspelt_is_not_taken_for_several(talk: Talk) -> None:
    answer = await talk.say("watch workdy to entra id")
    assert next(iter(buttons(answer))) == "watch Workday to Entra ID"
    assert "commas" not in shown(answer)


def test_no_number_of_words_takes_long() -> None:
    with pytest.raises(Refusal):
        match_jobs(["to " * 500 + "zzz"], JOBS)
