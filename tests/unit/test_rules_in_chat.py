"""Rules in KQL in chat: listed with what is wrong, explained with their logic, tried on the past; answers turned over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.adapters.kql.guard import judge
from bot.adapters.store import Store
from bot.answers import Answers
from bot.asking import Asking
from bot.health import Health
from bot.kqlrules.shelf import Shelf
from bot.kqlwatch import BUDGET, KqlWatch
from bot.ports import Answered, Question, Refusal, SourceDown
from bot.sources.pacer import Pacer
from tests.support.make import BOB, Hand, job
from tests.support.talk import Talk, buttons, shown

RULE = """// title: {Who} did it
// help: Somebody did what nobody should.
// severity: high
// key: Who
// persona: GRC
// within: 4h
// source: https://learn.microsoft.com/entra
AuditLogs | extend Who = Identity
"""


class Rows:
    """Port `Tables`: rows of numbers, as many as are said; `guarded`, what the real ones refuse is refused."""

    name = "archive"

    def __init__(self) -> None:
        self.rows = 40
        self.down = ""
        self.guarded = False
        self.asked: list[Question] = []

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        self.asked += questions
        if self.guarded:
            try:
                judge(questions[0].kql, frozenset({"AuditLogs"}))
            except Refusal as error:
                return [error] * len(questions)
        if self.down:
            return [SourceDown(self.down)] * len(questions)
        rows = tuple((f"row {number}",) for number in range(self.rows))
        return [Answered(columns=(("Who", "string"),), rows=rows)] * len(questions)


class Scene:
    def __init__(self, store: Store, folder: Path) -> None:
        self.folder, self.home = folder, Rows()
        now = Hand()
        watch = KqlWatch(
            shelf=Shelf(folder), home=self.home, now=now, health=Health({}, now), pacer=Pacer(BUDGET, lambda: 0.0)
        )
        self.asking = Asking(
            home=self.home,
            watch=watch,
            now=now,
            pacer=Pacer(((30.0, 5),), lambda: now().timestamp()),
            answers=Answers(now),
            tables=("AuditLogs", "AzureActivity"),
        )
        self.talk = Talk(store, [job()], now=now, asking=self.asking)

    async def look(self) -> None:
        await self.asking.watch.look({})


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    (tmp_path / "rules").mkdir()
    scene = Scene(store, tmp_path / "rules")
    await scene.talk.start()
    (scene.folder / "my_own.kql").write_text(RULE)
    await scene.look()
    yield scene
    await store.close()


async def test_an_own_rule_is_listed_explained_and_can_be_tried(scene: Scene) -> None:
    listed = " ".join([shown(await scene.talk.say(f"rules --page {page}")) for page in (1, 2, 3)])
    assert "Somebody did what nobody should." in listed
    answer = await scene.talk.say("rule my_own")
    said = shown(answer)
    for word in ("rows GreaterThan 0", "every 5 min, about 1 d", "Who", "GRC, within 4 h", "learn.microsoft.com"):
        assert word in said
    assert buttons(answer)["Try on 7 days"] == ("rule", "test my_own")
    scene.home.rows = 0
    said = shown(await scene.talk.say("rule test my own --days 3"))
    assert "There were no rows to look at" in said
    assert "AuditLogs has no rows from 16 Nov 12:00 to 20 Nov 12:00 UTC" in said


async def test_a_broken_file_is_told_with_its_line_wherever_rules_are_listed(scene: Scene) -> None:
    (scene.folder / "my_own.kql").write_text(RULE.replace("high", "dire"))
    (scene.folder / "other.kql").write_text("// title: x")
    await scene.look()
    listed = " ".join([shown(await scene.talk.say(f"rules --page {page}")) for page in (1, 2, 3)])
    assert "my_own.kql, line 3: severity 'dire' is not known" in listed
    assert "other.kql, line 1" in listed
    assert "line 3" in shown(await scene.talk.say("rule my_own"))


async def test_a_rule_whose_query_fails_is_marked_from_the_first_failure_on(scene: Scene) -> None:
    (scene.folder / "my_own.kql").write_text(RULE.replace("key: Who", "key: Nobody"))
    await scene.look()
    listed = " ".join([shown(await scene.talk.say(f"rules --page {page}")) for page in (1, 2, 3)])
    assert "Somebody did what nobody should.  Does not work:  key  names the column Nobody" in listed
    assert "names the column Nobody" in shown(await scene.talk.say("rule my_own"))


async def test_a_rule_that_could_not_be_asked_says_why(scene: Scene) -> None:
    scene.home.down = "Log Analytics asks for fewer queries (429)."
    (scene.folder / "my_own.kql").write_text(RULE.replace("high", "low"))
    await scene.look()
    assert "It could not be asked: Log Analytics asks for fewer" in shown(await scene.talk.say("rule my_own"))


@pytest.mark.parametrize("line", ["rule other", "rule other.kql", "rule Other", "rule test other"])
async def test_a_file_that_cannot_be_read_says_why_and_not_that_there_is_no_such_rule(scene: Scene, line: str) -> None:
    (scene.folder / "other.kql").write_bytes(b"// title: \xff")
    await scene.look()
    said = shown(await scene.talk.say(line))
    assert "is not in force: other.kql, line 1: it is not UTF-8" in said
    assert "There is no rule" not in said


async def test_a_question_is_answered_in_pages_that_only_its_asker_turns(scene: Scene) -> None:
    answer = await scene.talk.say("kql AuditLogs | take 40 --since 2d")
    assert "40 rows, page 1 of 3" in shown(answer)
    (start, end) = scene.home.asked[-1].timespan
    assert (end - start).days == 2
    verb, words = buttons(answer)["More"]
    assert "page 2 of 3" in shown(await scene.talk.press(verb, words))
    assert "for operators" in shown(await scene.talk.press(verb, words, by=BOB))
    assert "ask again" in shown(await scene.talk.press(verb, "guessed 2"))
    assert "not there" in shown(await scene.talk.press(verb, f"{words.split()[0]} x"))


@pytest.mark.parametrize("query", ["drop table x", "delete everything", "show me the errors of yesterday"])
async def test_what_is_no_query_is_answered_with_how_one_begins(scene: Scene, query: str) -> None:
    scene.home.guarded = True
    answer = await scene.talk.say(f"kql {query}")
    assert "A query begins with a table, and only reads:  AuditLogs | take 10" in shown(answer)
    verb, words = buttons(answer)["kql AuditLogs | take 10"]
    assert "40 rows" in shown(await scene.talk.press(verb, words))


async def test_a_mistake_behind_a_table_is_named_without_a_lesson(scene: Scene) -> None:
    scene.home.guarded = True
    said = shown(await scene.talk.say("kql AuditLogs | whre x == 1"))
    assert "could not be parsed at 'whre'" in said
    assert "begins with a table" not in said


async def test_readers_may_not_ask_in_kql_but_may_try_a_rule(scene: Scene) -> None:
    assert "for operators" in shown(await scene.talk.say("kql AuditLogs", by=BOB))
    assert "It would" in shown(await scene.talk.say("rule test my_own", by=BOB))


async def test_a_store_that_is_down_is_a_sentence(scene: Scene) -> None:
    scene.home.down = "Log Analytics asks for fewer queries (429)."
    assert "asks for fewer queries" in shown(await scene.talk.say("kql AuditLogs"))
    assert "asks for fewer queries" in shown(await scene.talk.say("rule test my_own"))


async def test_too_many_questions_are_put_off(scene: Scene) -> None:
    said = [shown(await scene.talk.say("kql AuditLogs")) for _ in range(7)]
    assert ["Too many questions" in each for each in said] == [False] * 5 + [True] * 2


async def test_without_a_log_it_is_said_how_to_get_one(scene: Scene) -> None:
    talk = Talk(scene.talk.store, [job()])
    assert "WORKSPACE_ID" in shown(await talk.say("kql AuditLogs"))
    assert "It is not asked" in shown(await talk.say("rule access_review_deleted"))


async def test_every_question_is_in_the_audit_trail(scene: Scene) -> None:
    await scene.talk.say("kql AuditLogs | take 1")
    async with scene.talk.store.look() as tx:
        trail = await tx.people.trail()
    assert [(each.command, each.words, each.outcome) for each in trail] == [
        ("kql", "AuditLogs | take 1 --since 24h", "done")
    ]
