"""What people type who know what they want, and not how it is written here: it is understood, or the right line is offered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import ConversationKind
from bot.model.routes import Arranged, JobKind, Matchers, Route
from bot.routes import Routes
from tests.support.make import ADA, BOB, CHANNEL, job
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(kind="HR: Workday")
SLACK = job("Slack", id="slack.t.2", kind="App: slackOutDelta")
ABOUT = job("Tell me more – HR", id="about.t.3", kind="App: about")
MINE = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, team_id="", name="")
OTHER = replace(CHANNEL, id="19:other@thread.tacv2", name="Other", team_name="HR")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    talk = Talk(store, [], routes=Routes())
    async with store.begin() as tx:
        await tx.reading.save_jobs([WORKDAY, SLACK, ABOUT])
        for place in (CHANNEL, MINE, OTHER):
            await tx.conversations.save(place)
    yield talk
    await store.close()


async def kept(talk: Talk) -> list[Route]:
    async with talk.store.look() as tx:
        return await tx.routes.all()


async def offered(talk: Talk, line: str) -> tuple[str, list[str]]:
    """What is answered, and the lines that may be pressed."""
    answer = await talk.say(line)
    return shown(answer), [" ".join(each).strip() for each in buttons(answer).values()]


# --- Dashes and switches -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dash", ["-", "–", "—"])
async def test_a_dash_alone_is_no_flag(talk: Talk, dash: str) -> None:
    assert "22:00 to 07:00" in shown(await talk.say(f"quiet 22:00 {dash} 07:00"))
    assert "22:00 to 07:00, except critical" in shown(await talk.say(f"quiet 22 {dash} 7 --except critical"))
    await talk.say(f"watch tell me more {dash} HR")
    assert [each.matchers.jobs for each in await kept(talk)] == [(ABOUT.id,)]


async def test_two_dashes_alone_are_a_flag_that_was_not_finished(talk: Talk) -> None:
    assert "Nothing stands right behind the dashes in '--'" in shown(await talk.say("watch slack -- severity high"))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("watch slack --only-mine yes", "watch slack --only-mine"),
        ("watch --only-mine True slack --severity high", "watch --only-mine slack --severity high"),
        ("watch slack --only-mine no --severity high", "watch slack --severity high"),
        ("watch slack --only-mine=false", "watch slack"),
        ("routes --dry-run off", "routes"),
    ],
)
async def test_a_switch_with_yes_or_no_is_explained_and_the_line_is_offered(talk: Talk, line: str, meant: str) -> None:
    said, lines = await offered(talk, line)
    assert "takes no value: it is written alone, or left out." in said
    assert lines[0] == meant
    assert await kept(talk) == []
    assert "takes no value" not in shown(await talk.say(meant))


# --- watch ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["watch all", "watch EVERYTHING", "watch all jobs", "watch here, all", "watch *"])
async def test_everything_may_be_said_in_words(talk: Talk, line: str) -> None:
    assert "every incident" in shown(await talk.say(line))
    assert [(each.to, each.matchers) for each in await kept(talk)] == [(CHANNEL.id, Matchers())]


async def test_a_job_that_is_called_so_is_meant_before_everything(talk: Talk) -> None:
    async with talk.store.begin() as tx:
        await tx.reading.save_jobs([job("All", id="all.t.9")])
    await talk.say("watch all")
    assert [each.matchers.jobs for each in await kept(talk)] == [("all.t.9",)]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("watch high", "watch --severity high"),
        ("watch severity High", "watch --severity high"),
        ("watch workday critical", "watch workday --severity critical"),
        ("watch me slack, workday severity low", "watch me slack, workday --severity low"),
        ("watch - severity medium --kind hr", "watch --severity medium --kind hr"),
    ],
)
async def test_a_severity_among_the_jobs_is_offered_as_the_flag_that_it_is(talk: Talk, line: str, offers: str) -> None:
    said, lines = await offered(talk, line)
    assert "Did you mean --severity" in said
    assert lines[0] == offers
    assert await kept(talk) == []
    await talk.say(offers)
    assert len(await kept(talk)) == 1


@pytest.mark.parametrize(
    ("line", "jobs"),
    [
        ("watch workday me", {WORKDAY.id}),
        ("watch slack, me", {SLACK.id}),
        ("watch slack, ME, workday", {SLACK.id, WORKDAY.id}),
        ("watch slack me workday", {SLACK.id, WORKDAY.id}),
        ("watch slack and me", {SLACK.id}),
        ("watch everything me", set[str]()),
        ("watch me tell me more", {ABOUT.id}),
    ],
)
async def test_ones_own_chat_may_be_named_anywhere(talk: Talk, line: str, jobs: set[str]) -> None:
    await talk.say(line)
    assert [(each.to, set(each.matchers.jobs)) for each in await kept(talk)] == [(MINE.id, jobs)]


@pytest.mark.parametrize("line", ["watch tell me more", "watch me more", 'watch slack, "me more"', "watch slack here"])
async def test_a_job_with_me_in_its_name_is_not_ones_own_chat_but_the_word_in_front_is(talk: Talk, line: str) -> None:
    await talk.say(line)
    assert [each.to for each in await kept(talk)] == [MINE.id if line == "watch me more" else CHANNEL.id]


async def test_here_and_ones_own_chat_at_once_are_asked_back(talk: Talk) -> None:
    said, lines = await offered(talk, "watch me, slack, here")
    assert "Here, or in your own chat?" in said
    assert lines[:2] == ["watch here slack", "watch me slack"]
    assert await kept(talk) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("watch --kind HR, app", Matchers(kinds=(JobKind.HR, JobKind.APP))),
        ("watch --kind hr,Cloud-Sync,hr slack", Matchers(kinds=(JobKind.HR, JobKind.CLOUD_SYNC), jobs=(SLACK.id,))),
        ('watch --kind "cross tenant, hr"', Matchers(kinds=(JobKind.CROSS_TENANT, JobKind.HR))),
        ("watch --persona grc, Help Desk", Matchers(personas=("GRC", "help desk"))),
        ("watch --rule Quarantine, job-paused", Matchers(rules=("quarantine", "job_paused"))),
    ],
)
async def test_several_kinds_rules_and_personas_stand_with_commas_between_them(
    talk: Talk, line: str, wanted: Matchers
) -> None:
    await talk.say(line)
    assert [each.matchers for each in await kept(talk)] == [wanted]


@pytest.mark.parametrize(
    ("line", "says", "offers"),
    [
        ("watch --kind hr, ap", "'ap' is not known here", "watch --kind hr, app"),
        ("watch --persona gcr, help desk", "No rule is for 'gcr'", "watch --persona GRC, help desk"),
        ("watch --kind ,", "',' is not known here", ""),
        ("watch --persona ,", "No rule is for ','", "watch --persona GRC"),
    ],
)
async def test_of_several_the_misspelt_one_is_asked_about(talk: Talk, line: str, says: str, offers: str) -> None:
    said, lines = await offered(talk, line)
    assert says in said
    assert not offers or offers in lines
    assert await kept(talk) == []


# --- unwatch -------------------------------------------------------------------------------------------------------------


async def three_routes(talk: Talk) -> None:
    await talk.say("watch workday")
    await talk.say("watch slack")
    await talk.say("watch slack", place=OTHER)


@pytest.mark.parametrize(
    "line", ["unwatch 1, 2", "unwatch #1 #2", "unwatch 2 and 1", "unwatch 1,2,1", "unwatch here 1 2"]
)
async def test_several_routes_are_ended_at_once(talk: Talk, line: str) -> None:
    await three_routes(talk)
    await talk.say(line)
    assert [each.number for each in await kept(talk)] == [3]


async def test_of_routes_here_and_elsewhere_each_is_named(talk: Talk) -> None:
    await three_routes(talk)
    said = shown(await talk.say("unwatch 2, 3"))
    assert "Route 2 is ended: " in said
    assert "Route 3 is ended: Other in HR heard of incidents that match this: job Slack." in said
    assert [each.number for each in await kept(talk)] == [1]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("unwatch 1, 77", "There is no route 77."),
        ("unwatch 1, x", "'x' is not the number of a route"),
        ("unwatch ,", "',' is not the number of a route"),
        ("unwatch and #", "'and #' is not the number of a route"),
        ("unwatch 1, S4", "There is no route S4."),
        ("unwatch 1, 3", "Route 3 leads elsewhere and is not yours"),
    ],
)
async def test_where_one_of_several_cannot_be_ended_none_is(talk: Talk, line: str, says: str) -> None:
    await three_routes(talk)
    assert says in shown(await talk.say(line, by=BOB))
    assert len(await kept(talk)) == 3


@pytest.mark.parametrize("line", ["unwatch everything", "unwatch ALL", "unwatch *", "unwatch here all"])
async def test_everything_may_be_ended_in_words_too(talk: Talk, line: str) -> None:
    await three_routes(talk)
    await talk.say(line)
    assert [each.number for each in await kept(talk)] == [3]


# --- Commands ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said", "offers"),
    [
        ("undelivered retry", "needs c12, n3, p4 or all.", "undelivered"),
        ("undelivered retry card", "write c12, n3 or p4 as in the list, or all", "undelivered"),
        ("on call", "'on call' is no command of mine. Did you mean oncall ?", "oncall"),
        ("on call me, Bob", "Did you mean oncall ?", "oncall me, Bob"),
        ("on-call", "'on-call' is no command of mine. Did you mean oncall ?", "oncall"),
        ("who told 1", "Did you mean who was told ?", "who was told 1"),
        ("undelivred retry c1", "Did you mean undelivered retry ?", "undelivered retry c1"),
        ("watc slack", "'watc' is no command of mine. Did you mean watch ?", "watch slack"),
        ("retry", "'retry' is no command of mine. Did you mean undelivered retry ?", "undelivered retry"),
        ("retri c1", "Did you mean undelivered retry ?", "undelivered retry c1"),
        ("told 7", "Did you mean who was told ?", "who was told 7"),
        ("help retry", "There is no command 'retry' for you.", "help undelivered retry"),
        ("storm", "as one digest that is kept up to date", "incidents"),
        ("Storms?", "as one digest that is kept up to date", "incidents"),
        ("help storm", "more than STORM_CARDS messages", "incidents"),
        ("help fallback", "It stands in the file of ROUTES", "routes"),
        ("sing me a song", "'sing' is no command of mine.", "help"),
    ],
)
async def test_the_command_that_may_be_meant_is_offered(talk: Talk, line: str, said: str, offers: str) -> None:
    answer, lines = await offered(talk, line)
    assert said in " ".join(answer.split())
    assert lines[0] == offers


# --- What holds now ------------------------------------------------------------------------------------------------------


async def test_where_no_route_leads_to_somebodys_chat_quiet_says_so(talk: Talk) -> None:
    await talk.say("watch me")
    assert "I tell you everything in our chat as it happens." in shown(await talk.say("quiet"))
    await talk.say("unwatch all", place=MINE)
    for line in ("quiet", "quiet 22:00-07:00", "mute 2h"):
        answer = await talk.say(line)
        assert "No route leads to our chat" in shown(answer)
        assert "as it happens" not in shown(answer)
    await talk.press(*buttons(await talk.say("mute off"))["Watch"])
    assert "but not in your quiet hours" in shown(await talk.say("quiet"))


async def test_the_fallback_leads_to_somebodys_chat_as_well(talk: Talk) -> None:
    arranged = Arranged(fallback=(f"person:{ADA.id}",))
    talk = Talk(talk.store, [], routes=Routes(arranged))
    assert "I tell you everything in our chat as it happens." in shown(await talk.say("quiet"))


@pytest.mark.parametrize("routes_there", [True, False])
async def test_while_the_file_has_mistakes_routes_says_so_and_operators_what_they_are(
    talk: Talk, routes_there: bool
) -> None:
    file = Routes()
    talk = Talk(talk.store, [], routes=file)
    if routes_there:
        await talk.say("watch slack")
    assert "mistakes" not in shown(await talk.say("routes"))
    file.problem = "The file of ROUTES, /etc/routes.toml, has mistakes:\n" + "\n".join(
        f"  [[routes]] {at} (line {at}): there is no '*sevrity*'." for at in range(1, 8)
    )
    for_operators, for_others = shown(await talk.say("routes")), shown(await talk.say("routes", by=BOB))
    for said in (for_operators, for_others):
        assert "The file of ROUTES has mistakes: what was arranged before stays in force until it is mended." in said
    assert "[[routes]] 4 (line 4): there is no '*sevrity*'. … and 3 more mistakes." in for_operators
    assert "(line 5)" not in for_operators
    assert "line" not in for_others
    file.problem = "The file of ROUTES, /etc/routes.toml, is not there, or is no file."
    assert file.problem in shown(await talk.say("routes"))
    file.problem = ""
    assert "mistakes" not in shown(await talk.say("routes"))
