"""When rules in KQL are asked, what their answers become, and what happens while there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.detect import EVERY
from bot.health import Health
from bot.incidents import advance
from bot.kqlrules.shelf import Shelf
from bot.kqlwatch import A_LOOK, BUDGET, SOURCE, KqlWatch
from bot.model import Incident, Job
from bot.ports import Answered, Question, Refusal, SourceDown
from bot.sources.pacer import Pacer
from tests.support.make import NOON, Hand, job

RULE = """// title: {Who} did it
// help: Somebody did it.
// severity: low
// key: Who
// frequency: 5m
AuditLogs | where x == "NAME"
"""
COLUMNS = (("Who", "string"),)
NOBODY = Answered(columns=COLUMNS, rows=())
ADA = Answered(columns=COLUMNS, rows=(("ada",),))
JOBS: Mapping[str, Job] = {each.id: each for each in (job(), job("Slack", id="slack.1"))}


class Store:
    """Port `Tables`: answers as it is told to, by a word of the query; "" is the answer to all others."""

    name = "archive"

    def __init__(self) -> None:
        self.answers: dict[str, Answered | Refusal | SourceDown] = {"": NOBODY}
        self.asked: list[Question] = []

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        self.asked += questions
        return [self._answer(question.kql) for question in questions]

    def _answer(self, kql: str) -> Answered | Refusal | SourceDown:
        return next((answer for word, answer in self.answers.items() if word and word in kql), self.answers[""])


class Scene:
    """A watch over a folder of rules, with a clock moved by hand; `gone` are tables that are not all there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.now = folder, Store(), Hand()
        self.gone: set[str] = set()
        self.health = Health({}, self.now)
        self.watch = self._new()
        self.known: dict[str, Incident] = {}

    def _new(self) -> KqlWatch:
        return KqlWatch(
            shelf=Shelf(self.folder, shipped=self.folder / "none"),
            home=self.store,
            now=self.now,
            health=self.health,
            pacer=Pacer(BUDGET, lambda: self.now().timestamp()),
            missing=lambda: self.gone,
        )

    def restart(self) -> None:
        self.watch = self._new()

    def put(self, name: str, text: str = RULE, **more: str) -> None:
        lines = "".join(f"// {word}: {value}\n" for word, value in more.items())
        (self.folder / f"{name}.kql").write_text(lines + text.replace("NAME", name))

    async def look(self, **span: float) -> list[str]:
        """Let time pass, look, and compare with what was open: the titles of what is open then."""
        self.now.forward(**span)
        await self.watch.look(JOBS)
        changes = advance(self.known, self.watch.findings(), self.watch.looked(self.known.values()), self.now())
        self.known |= {change.incident.alert.fingerprint: change.incident for change in changes}
        return sorted(incident.alert.title for incident in self.known.values() if incident.open)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_an_incident_opens_with_the_rows_and_ends_with_them(scene: Scene) -> None:
    scene.put("mine")
    assert await scene.look() == []
    scene.store.answers[""] = ADA
    assert await scene.look(seconds=10) == [], "it is not due yet"
    assert await scene.look(minutes=5) == ["ada did it"]
    scene.store.answers[""] = NOBODY
    assert await scene.look(minutes=5) == []


async def test_the_question_is_about_the_window_until_now(scene: Scene) -> None:
    scene.put("mine", window="2d")
    await scene.look()
    assert scene.store.asked[0].timespan == (NOON - timedelta(days=2), NOON)


@pytest.mark.parametrize("trouble", [Refusal("No such column."), SourceDown("It is down.")], ids=["refused", "down"])
async def test_nothing_ends_while_there_is_no_answer(scene: Scene, trouble: Refusal | SourceDown) -> None:
    scene.put("mine")
    scene.store.answers[""] = ADA
    assert await scene.look() == ["ada did it"]
    scene.store.answers[""] = trouble
    for _ in range(4):
        assert await scene.look(minutes=5) == ["ada did it"]
    scene.store.answers[""] = NOBODY
    assert await scene.look(minutes=5) == []


async def test_nothing_ends_because_the_bot_was_started_again(scene: Scene) -> None:
    scene.put("mine")
    scene.store.answers[""] = ADA
    await scene.look()
    scene.restart()
    scene.gone = {"AuditLogs"}
    scene.store.answers[""] = NOBODY
    assert await scene.look(minutes=5) == ["ada did it"]
    scene.gone = set()
    assert await scene.look(minutes=5) == []


async def test_a_rule_is_not_asked_while_rows_of_its_tables_are_missing(scene: Scene) -> None:
    scene.put("mine")
    scene.gone = {"AuditLogs"}
    await scene.look()
    assert scene.store.asked == []
    assert "AuditLogs" in scene.watch.waits("mine")
    scene.gone = {"AADProvisioningLogs"}
    await scene.look()
    assert len(scene.store.asked) == 1


async def test_a_rule_that_fails_is_told_the_second_time_and_the_others_go_on(scene: Scene) -> None:
    scene.put("bad")
    scene.put("good")
    scene.store.answers = {'"bad"': Refusal("Failed to resolve column 'Whom'."), "": ADA}
    assert await scene.look() == ["ada did it"]
    assert scene.watch.broken() == ()
    await scene.look(minutes=1)
    (broken,) = scene.watch.broken()
    assert (broken.name, broken.sentence, broken.since) == ("bad", "Failed to resolve column 'Whom'.", NOON)
    asked = len(scene.store.asked)
    await scene.look(minutes=1)
    assert len(scene.store.asked) == asked, "it is asked no more often than the others"
    scene.store.answers = {"": ADA}
    await scene.look(minutes=5)
    assert scene.watch.broken() == ()


async def test_a_store_that_is_down_is_one_trouble_and_no_rules(scene: Scene) -> None:
    scene.put("one")
    scene.put("two")
    scene.store.answers[""] = SourceDown("Log Analytics asks for fewer queries.", 120)
    for _ in range(3):
        await scene.look(minutes=2)
    assert scene.watch.broken() == ()
    (state,) = [each for each in scene.health.states() if each.name == SOURCE]
    assert state.sentence == "Log Analytics asks for fewer queries."
    scene.store.answers[""] = ADA
    await scene.look(minutes=3)
    assert all(each.failing_since is None for each in scene.health.states())


async def test_a_bad_file_is_told_and_the_rule_as_it_was_goes_on(scene: Scene) -> None:
    scene.put("mine")
    scene.store.answers[""] = ADA
    await scene.look()
    scene.put("mine", RULE.replace("severity: low", "severity: none"))
    assert await scene.look(minutes=5) == ["ada did it"]
    (broken,) = scene.watch.broken()
    assert broken.in_force
    assert "mine.kql, line 3" in broken.sentence
    scene.store.answers[""] = NOBODY
    assert await scene.look(minutes=5) == []


async def test_a_rule_that_was_changed_is_asked_at_once_and_ends_nothing_before(scene: Scene) -> None:
    scene.put("mine")
    scene.store.answers[""] = ADA
    await scene.look()
    scene.put("mine", RULE.replace("low", "high"))
    scene.store.answers[""] = SourceDown("It is down.")
    assert await scene.look(seconds=10) == ["ada did it"]
    scene.store.answers[""] = NOBODY
    assert await scene.look(minutes=2) == []


async def test_the_incidents_of_a_rule_that_was_taken_away_end_even_after_a_restart(scene: Scene) -> None:
    scene.put("mine")
    scene.put("other")
    scene.store.answers = {'"mine"': ADA, "": NOBODY}
    await scene.look()
    (scene.folder / "mine.kql").unlink()
    scene.restart()
    assert await scene.look(minutes=5) == []
    assert ("mine", EVERY) not in scene.watch.looked([])


async def test_a_hundred_rules_are_spread_and_each_comes_round(scene: Scene) -> None:
    for number in range(100):
        scene.put(f"rule_{chr(97 + number // 26)}{chr(97 + number % 26)}")
    at: list[tuple[float, int]] = []
    for _ in range(60):
        before = len(scene.store.asked)
        await scene.look(seconds=10)
        at.append((scene.now().timestamp(), len(scene.store.asked) - before))
    assert max(count for _, count in at) <= A_LOOK
    assert len({question.kql for question in scene.store.asked}) == 100
    assert 180 <= len(scene.store.asked) <= 220, "twice in ten minutes"


async def test_a_rule_about_what_is_missing_waits_until_the_log_reaches_back(scene: Scene) -> None:
    text = RULE.replace("// key: Who\n", "").replace("{Who} did it", "Nobody did it")
    scene.put("mine", text, operator="LessThan", threshold="1", window="7d")
    reaches: dict[str, Any] = {"columns": (("Earliest", "datetime"),)}
    scene.store.answers["Earliest"] = Answered(rows=((NOON - timedelta(days=2),),), **reaches)
    assert await scene.look() == []
    assert "reaches back" in scene.watch.waits("mine")
    assert await scene.look(hours=2) == []
    scene.store.answers["Earliest"] = Answered(rows=((NOON - timedelta(days=8),),), **reaches)
    assert await scene.look(hours=2) == ["Nobody did it"]
    assert scene.watch.waits("mine") == ""


async def test_parameters_are_the_discovered_jobs_in_one_order(scene: Scene) -> None:
    lets = "let jobs = dynamic([]); let names = dynamic([]);\n"
    scene.put("mine", RULE.replace("AuditLogs", f"{lets}AuditLogs"), params="jobs, names")
    scene.gone = {"jobs"}
    await scene.look()
    assert scene.store.asked == [], "there would be none"
    scene.gone = set()
    await scene.look()
    ids, names = sorted(JOBS), [JOBS[each].name for each in sorted(JOBS)]
    assert f'let jobs = dynamic(["{ids[0]}", "{ids[1]}"]); let names = dynamic(["{names[0]}", "{names[1]}"]);' in (
        scene.store.asked[0].kql
    )
