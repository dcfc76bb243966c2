"""A conversation with the bot's core, without Teams: say something, press a button, look at the card and at what was done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any

from bot.adapters.store import Store, settling
from bot.chat import Chat
from bot.incidents import advance
from bot.model import Conversation, Failing, Job, Person, Posted, RestartScope, Tenant, Window
from bot.model.routes import Route
from bot.notify import tell
from bot.ports import Answer, Line, Press, SourceDown
from bot.roles import Roles
from bot.view import View, look
from tests.support.make import ADA, CHANNEL, Hand


class KnownJobs:
    """Port `Jobs` for chat: answers from a list, and writes down what it is told to do."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.done: list[tuple[str, ...]] = []
        self.down = ""

    async def list(self) -> Sequence[Job]:
        return list(self.jobs.values())

    async def get(self, job: Job) -> Job:
        self._check()
        return self.jobs[job.id]

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        return {job.id for job in jobs} - self.jobs.keys()

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None:
        self._check()
        self.done.append(("restart", job.id, *scopes))

    async def start(self, job: Job) -> None:
        self.done.append(("start", job.id))

    async def pause(self, job: Job) -> None:
        self.done.append(("pause", job.id))

    def _check(self) -> None:
        if self.down:
            raise SourceDown(self.down)


class Talk:
    """Ada is an operator, Bob a reader."""

    def __init__(
        self,
        store: Store,
        jobs: Iterable[Job],
        *,
        readers: Sequence[str] = ("*",),
        operators: Sequence[str] = (ADA.id,),
        **more: Any,
    ) -> None:
        self.store = store
        self.jobs = KnownJobs(jobs)
        self.now: Hand = more.pop("now", None) or Hand()
        self.delivered = 0
        self.looked = 0
        self.chat = Chat(
            store=store,
            jobs=self.jobs,
            roles=Roles(readers, operators),
            now=self.now,
            changed=self._changed,
            look_soon=self._look,
            **more,
        )

    def _changed(self) -> None:
        self.delivered += 1

    def _look(self) -> None:
        self.looked += 1

    async def start(self, *failing: Failing) -> None:
        """Let the watch have looked once, with these failures in its ledger."""
        async with self.store.begin() as tx:
            await tx.reading.save_jobs(self.jobs.jobs.values())
            await tx.conversations.save(CHANNEL)
            await tx.routes.add(Route(to=CHANNEL.id))
            windows = tuple(
                Window(job=job, failures=tuple(g for g in failing if g.job_id == job.id), now=self.now())
                for job in self.jobs.jobs.values()
            )
            found, looked = look(View(windows=windows, tenant=Tenant(now=self.now())))
            for change in advance({}, found, looked, self.now()):
                await tell(tx, change, [CHANNEL])

    async def show(self, number: int = 1, place: Conversation = CHANNEL) -> None:
        """Let the incident's card stand in a conversation."""
        async with self.store.begin() as tx:
            for delivery in await tx.outbox.due(self.now()):
                if delivery.incident == number:
                    posted = Posted(activity_id=f"card-{number}", thread_id=place.id)
                    sent = settling.sent_card(delivery, posted, 1, self.now() - settling.BETWEEN_UPDATES)
                    await settling.save(tx.connection, [sent], self.now())

    async def say(self, text: str, by: Person = ADA, place: Conversation = CHANNEL) -> Answer:
        return await self.chat.heard(Line(activity_id="a", conversation=place, person=by, text=text))

    async def press(self, verb: str, words: str = "", by: Person = ADA, place: Conversation = CHANNEL) -> Answer:
        press = Press(activity_id="a", conversation=place, person=by, verb=verb, words=words, card_id="card")
        return await self.chat.pressed(press)


def texts(part: Any) -> Iterator[str]:
    """Every text that a card shows."""
    if isinstance(part, dict):
        for key, value in part.items():  # pyright: ignore[reportUnknownVariableType]
            if key in {"text", "title", "value"} and isinstance(value, str):
                yield value
            elif key != "fallback":
                yield from texts(value)
    elif isinstance(part, list):
        for each in part:  # pyright: ignore[reportUnknownVariableType]
            yield from texts(each)


def shown(answer: Answer) -> str:
    """All that the card of an answer says, in one line."""
    return " ".join(texts(answer.card))


def buttons(answer: Answer) -> dict[str, tuple[str, str]]:
    """The buttons of an answer: title → verb and words."""
    found: dict[str, tuple[str, str]] = {}
    text = json.dumps(answer.card)
    for action in _actions(json.loads(text)):
        found[action["title"]] = (action["verb"], action["data"]["words"])
    return found


def _actions(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "Action.Execute":  # pyright: ignore[reportUnknownMemberType]
            yield part  # pyright: ignore[reportUnknownVariableType]
        for value in part.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _actions(value)
    elif isinstance(part, list):
        for each in part:  # pyright: ignore[reportUnknownVariableType]
            yield from _actions(each)
