"""What the bot does with an activity that it believes: tell the listener, and say what the listener answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from msgspec.structs import replace

from bot.adapters.teams import outgoing, translate
from bot.adapters.teams.background import Background
from bot.adapters.teams.connector import Connector
from bot.adapters.teams.events import CLOSING, EVENTS, Event, meaning
from bot.adapters.teams.seen import Seen
from bot.adapters.teams.wire import Incoming
from bot.model import Conversation
from bot.ports import Answer, CardGone, Listener, Press, TryLater, Undeliverable

log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]
Post = Callable[[Conversation, Answer], Awaitable[object]]

LINE_PATIENCE = 10.0
"""Seconds until a line is acknowledged although its answer is not ready; Teams sends it again after 15."""
PRESS_PATIENCE = 2.5
"""Seconds until a button is told that the bot works on it; Teams wants an answer within 3."""
ATTEMPTS = 3


class Reply(msgspec.Struct, frozen=True):
    """The answer to the HTTP request itself."""

    status: int = 200
    body: bytes = b""


class Turns:
    """One activity at a time, each done once."""

    def __init__(
        self, listener: Listener, seen: Seen, background: Background, post: Post, *, patience: float, pause: Pause
    ) -> None:
        self._listener, self._seen, self._background, self._post = listener, seen, background, post
        self._patience, self._pause = patience, pause

    async def take(self, activity: Incoming, connector: Connector) -> Reply:
        """Raises msgspec.ValidationError where the payload of a button has the wrong types."""
        if not activity.id:
            return await self._do(activity, connector)
        key = (activity.conversation.id, activity.id)
        return await self._seen.once(key, lambda: self._do(activity, connector))

    async def _do(self, activity: Incoming, connector: Connector) -> Reply:
        if activity.type == "message":
            return await self._message(activity, connector)
        if activity.type == "invoke":
            return await self._invoke(activity, connector)
        if activity.type not in EVENTS:
            log.info("activity ignored", extra={"activity_type": activity.type[:80]})
        return await self._event(activity, meaning(activity))

    async def _message(self, activity: Incoming, connector: Connector) -> Reply:
        """A line, or the button of an Action.Submit, which comes as a message with a value."""
        if activity.value is None:
            work = self._hear(activity, connector)
        else:
            work = self._submit(activity, translate.submit(activity), connector)
        task = await self._background.wait(work, LINE_PATIENCE)
        if task.done():
            task.result()
        return Reply()

    async def _hear(self, activity: Incoming, connector: Connector) -> None:
        answer = await self._listener.heard(translate.line(activity))
        await self._reply(activity, answer, connector, to=activity.id)

    async def _submit(self, activity: Incoming, press: Press, connector: Connector) -> None:
        answer = await self._listener.pressed(press)
        if answer.in_place:
            await self._replace(activity, answer, connector)
        else:
            await self._reply(activity, answer, connector, to=activity.reply_to_id)

    async def _invoke(self, activity: Incoming, connector: Connector) -> Reply:
        if activity.name != "adaptiveCard/action":
            log.info("invoke not known", extra={"invoke": (activity.name or "")[:80]})
            await self._join(translate.conversation(activity), installed=False)
            return Reply(501)
        late = asyncio.Event()
        work = self._execute(activity, translate.pressed(activity), connector, late)
        task = await self._background.wait(work, self._patience)
        if not task.done():
            late.set()
            return Reply(body=outgoing.notice("Working on it…"))
        return Reply(body=task.result())

    async def _execute(self, activity: Incoming, press: Press, connector: Connector, late: asyncio.Event) -> bytes:
        """The answer to the button. Where that went out already, the card is changed or the answer is posted."""
        answer = await self._listener.pressed(press)
        if not answer.in_place:
            await self._reply(activity, answer, connector, to=activity.reply_to_id)
        elif not late.is_set():
            if answer.for_all and not press.automatic:
                await self._replace(activity, answer, connector)
            try:
                return outgoing.in_place(answer.card)
            except Undeliverable as error:
                log.error("answer not shown", extra={"reason": str(error)})
                return outgoing.refused(500, "The answer is too large to be shown.")
        elif not press.automatic:
            await self._replace(activity, answer, connector)
        return outgoing.notice(answer.summary or "Done.")

    async def _event(self, activity: Incoming, event: Event) -> Reply:
        place = translate.conversation(activity)
        added = ("added", place.id)
        if event in CLOSING:
            state, said = CLOSING[event]
            self._seen.forget(added)
            shut = replace(place, active=False, state=state, closed=said)
            await self._listener.left(shut, for_good=event is Event.TEAM_HARD_DELETED)
        elif event is Event.HEARD:
            await self._join(place, installed=False)
        elif event is Event.ADDED:  # Teams tells of it twice, as installationUpdate and as conversationUpdate
            await self._seen.once(added, lambda: self._join(place, installed=True))
        return Reply()

    async def _join(self, place: Conversation, *, installed: bool) -> None:
        answer = await self._listener.joined(place, installed=installed)
        if answer is not None:
            await self._say(lambda: self._post(place, answer))

    async def _reply(self, activity: Incoming, answer: Answer, connector: Connector, *, to: str | None) -> None:
        """Say it in the thread of the activity."""
        thread = activity.conversation.id

        def send() -> Awaitable[object]:
            written = outgoing.card(answer.card, answer.summary)
            return connector.reply(thread, to, written) if to else connector.send(thread, written)

        await self._say(send)

    async def _replace(self, activity: Incoming, answer: Answer, connector: Connector) -> None:
        """Change the card whose button was pressed, for everybody; where it is gone, say it anew."""
        thread, card_id = activity.conversation.id, activity.reply_to_id
        if not card_id:
            return await self._reply(activity, answer, connector, to=None)

        async def change() -> None:
            try:
                await connector.update(thread, card_id, outgoing.card(answer.card, answer.summary))
            except CardGone:
                await self._reply(activity, answer, connector, to=None)

        return await self._say(change)

    async def _say(self, send: Callable[[], Awaitable[object]]) -> None:
        """Send an answer, a few times where Teams asks for patience; what cannot be said is in the log."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await send()
            except TryLater as error:
                if error.uncertain or attempt == ATTEMPTS:
                    return log.error("answer not said", extra={"reason": str(error)})
                await self._pause(min(error.after or 1.0, 5.0))
            except Undeliverable as error:
                return log.error("answer not said", extra={"reason": str(error)})
            else:
                return None
        return None
