"""Asks the rules in KQL when they are due, a few at a time, and keeps what each found until it is asked again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.detect import EVERY, Subject
from bot.health import Health
from bot.kqlrules.judge import ABSENCE, Asked, findings
from bot.kqlrules.model import KqlRule
from bot.kqlrules.question import question
from bot.kqlrules.reach import REACHES_EVERY, TABLES, Reach
from bot.kqlrules.shelf import Broken, Shelf
from bot.kqlrules.wording import tables
from bot.model import Finding, Incident, Job, RuleState
from bot.own_acts import Act, others
from bot.ports import Answered, Clock, Question, Refusal, SourceDown, Tables
from bot.sources.pacer import Pacer

log = logging.getLogger(__name__)

SOURCE = "rules"
A_LOOK = 10
"""Rules that are asked at one look: those that are overdue for longest."""
BUDGET = ((30.0, 60),)
"""Of the 200 queries in 30 seconds that a workspace allows."""
AGAIN = timedelta(minutes=1)
STRIKES = 2
"""Times that a query fails before it is told: the first may be a mishap."""
JOBS = "jobs"

Page = Callable[[KqlRule], tuple[tuple[str, str], ...]]


@dataclass(kw_only=True)
class _State:
    """Where a rule stands; `found` is None until it was asked as it is now, and got an answer."""

    rule: KqlRule
    due: datetime
    found: Sequence[Finding] | None = None
    error: str = ""
    since: datetime | None = None
    strikes: int = 0
    waits: str = ""


@dataclass(kw_only=True)
class KqlWatch:
    """`missing` names tables (and JOBS) whose rows are not all there now, so that a rule about them is not asked.

    `own_app` is the application id under which the bot itself acts upon jobs.
    """

    shelf: Shelf
    home: Tables
    now: Clock
    health: Health
    pacer: Pacer
    missing: Callable[[], Collection[str]] = frozenset
    pages: Page = lambda rule: ()
    own_app: str = ""
    _states: dict[str, _State] = field(default_factory=dict[str, _State])
    _broken_since: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _done: Sequence[Act] = ()

    def __post_init__(self) -> None:
        self._reach = Reach(self.home, self.pacer)

    async def look(self, jobs: Mapping[str, Job], done: Sequence[Act] = ()) -> None:
        """Ask the rules that are due, as far as the budget goes; `done` is what the bot itself did to jobs."""
        self._done = done
        await asyncio.to_thread(self.shelf.look)
        self._settle()
        due = [state for state in self._states.values() if state.due <= self.now() and not self._gone(state.rule)]
        due.sort(key=lambda state: (state.due, state.rule.name))
        asked = [state for state in due[:A_LOOK] if await self._reaches_back(state) and self.pacer.take()]
        down = await self._ask(asked, jobs) if asked else None
        if down is None:
            self.health.answered(SOURCE, self.now())

    def findings(self) -> list[Finding]:
        """What all rules found when they were asked last."""
        return [finding for state in self._states.values() for finding in state.found or ()]

    def looked(self, known: Iterable[Incident]) -> set[Subject]:
        """The rules whose last look was answered, and those that are no more: nobody else can end their incidents."""
        answered = {(name, EVERY) for name, state in self._states.items() if state.found is not None}
        names = {*self._states, *(each.name.removesuffix(".kql") for each in self.shelf.broken)}
        orphans = (each.alert.rule for each in known if each.open and each.evidence.sheet and each.evidence.sheet.home)
        return answered | ({(name, EVERY) for name in orphans if name not in names} if self._states else set())

    def broken(self, strikes: int = STRIKES) -> tuple[RuleState, ...]:
        """Files that are no rules, and rules whose query has failed so many times in a row."""
        files = (
            RuleState(
                name=each.name.removesuffix(".kql"),
                sentence=each.sentence,
                since=self._broken_since.get(each.name, self.now()),
                in_force=each.in_force,
            )
            for each in self.shelf.broken
        )
        queries = (
            RuleState(name=state.rule.name, sentence=state.error, since=state.since or self.now())
            for state in self._states.values()
            if state.strikes >= strikes
        )
        return (*files, *queries)

    def waits(self, name: str) -> str:
        """Why a rule has not been asked yet, "" where it has or soon will be."""
        state = self._states.get(name)
        if state is None or state.found is not None:
            return ""
        gone = sorted(self._gone(state.rule))
        return f"It waits until all is read that it rests on: {', '.join(gone)}." if gone else state.waits

    def _settle(self) -> None:
        """Rules that are new or have changed are due at once; what an earlier text found is not theirs."""
        now, before = self.now(), self._states
        self._states = {
            name: known
            if (known := before.get(name)) is not None and known.rule == rule
            else _State(rule=rule, due=now)
            for name, rule in self.shelf.rules.items()
        }
        broken: Sequence[Broken] = self.shelf.broken
        for each in broken:
            if each.name not in self._broken_since:
                log.warning("a rule is broken: %s", each.sentence)
        self._broken_since = {each.name: self._broken_since.get(each.name, now) for each in broken}

    def _gone(self, rule: KqlRule) -> set[str]:
        """What the rule looks at and is not all there."""
        return set(self.missing()) & {*tables(rule.kql, TABLES), *((JOBS,) if rule.params else ())}

    async def _reaches_back(self, state: _State) -> bool:
        state.waits = await self._reach.missing(state.rule, self.now()) if state.rule.operator in ABSENCE else ""
        if state.waits:
            state.due = self.now() + REACHES_EVERY
        return not state.waits

    async def _ask(self, states: Sequence[_State], jobs: Mapping[str, Job]) -> SourceDown | None:
        """Ask some rules at once; a store that is down is the trouble of none of them."""
        now, questions, asked = self.now(), list[Question](), list[_State]()
        for state in states:
            try:
                questions.append(question(state.rule, jobs, now))
                asked.append(state)
            except Refusal as error:
                self._failed(state, str(error), now)
        down: SourceDown | None = None
        for state, answer in zip(asked, await self.home.ask(questions), strict=True):
            if isinstance(answer, SourceDown):
                down, state.due = answer, now + max(AGAIN, timedelta(seconds=answer.after or 0))
                state.found, state.waits = None, f"It could not be asked: {answer}"
            elif isinstance(answer, Refusal):
                self._failed(state, str(answer), now)
            else:
                self._read(state, answer, jobs, now)
        if down is not None:
            self.health.failed(SOURCE, str(down))
            self.pacer.hold(down.after or 0)
        return down

    def _read(self, state: _State, answer: Answered, jobs: Mapping[str, Job], now: datetime) -> None:
        try:
            asked = Asked(home=self.home.name, pages=self.pages(state.rule))
            state.found = findings(state.rule, others(answer, self._done, self.own_app), jobs, asked)
        except Refusal as error:
            self._failed(state, str(error), now)
            return
        state.due, state.error, state.since, state.strikes, state.waits = now + state.rule.frequency, "", None, 0, ""

    def _failed(self, state: _State, sentence: str, now: datetime) -> None:
        state.strikes += 1
        state.found, state.error, state.since = None, sentence, state.since or now
        state.due = now + (AGAIN if state.strikes < STRIKES else max(AGAIN, state.rule.frequency))
        if state.strikes == STRIKES:
            log.warning("a rule fails: %s", state.rule.name)
