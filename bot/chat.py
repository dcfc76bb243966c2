"""Chat: parse, authorise, confirm, act, and one place where everything that goes wrong becomes a polite card."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.adapters.store import Store
from bot.command import Command, commands
from bot.confirming import TIME_TO_CONFIRM, checked, settled, waiting_for
from bot.context import Context
from bot.model import AuditEntry, Conversation, Person, Role
from bot.notify import show_open
from bot.parse import parse
from bot.places import merged
from bot.ports import Answer, Card, Clock, Jobs, Line, Logs, Press, Refusal, SourceDown, StoreDown
from bot.roles import Roles
from cards.confirm import confirm
from cards.refusal import refusal
from cards.welcome import welcome

log = logging.getLogger(__name__)


class Chat:
    """What people say to the bot (ports.Listener). Never raises."""

    def __init__(
        self,
        *,
        store: Store,
        jobs: Jobs,
        roles: Roles,
        now: Clock,
        changed: Callable[[], None],
        look_soon: Callable[[], None],
        watch_on_install: bool = True,
        logs: Logs | None = None,
    ) -> None:
        self._context = partial(
            Context,
            store=store,
            jobs=jobs,
            now=now,
            changed=changed,
            look_soon=look_soon,
            confirmed=self._confirmed,
            logs=logs,
        )
        self._store = store
        self._roles = roles
        self._now = now
        self._changed = changed
        self._watch_on_install = watch_on_install
        self._known: dict[str, Conversation] = {}
        self._met: dict[str, Person] = {}

    # --- What the Teams adapter calls ---

    async def heard(self, line: Line) -> Answer:
        """Answer a typed line."""
        ctx = self._of(line.conversation, line.person, pressed=False)
        return await self._politely(ctx, line.text, in_place=False)

    async def pressed(self, press: Press) -> Answer:
        """Answer a button: its verb is a command's name, its data the command's words."""
        ctx = self._of(press.conversation, press.person, pressed=True)
        return await self._politely(ctx, f"{press.verb} {press.words}", in_place=True)

    async def joined(self, conversation: Conversation, *, installed: bool) -> Answer | None:
        """Remember a conversation; on installation say hello, and watch if the settings say so."""
        try:
            if installed:  # the store may have closed it since, after a delivery was refused
                self._known.pop(conversation.id, None)
            await self._remember(conversation)
            return await self._welcome(conversation) if installed else None
        except Exception:
            log.exception("a conversation could not be stored")
            return None

    async def left(self, conversation: Conversation) -> None:
        """The bot was removed: nothing more is sent there."""
        self._known.pop(conversation.id, None)
        try:
            async with self._store.begin() as tx:
                await tx.conversations.close(conversation.id)
                await tx.conversations.watch(conversation.id, False)
        except Exception:
            log.exception("a conversation could not be closed")

    # --- One line ---

    async def _politely(self, ctx: Context, text: str, *, in_place: bool) -> Answer:
        try:
            await self._remember(ctx.conversation)
            await self._meet(ctx.person)
            command, card = await self._obey(ctx, text)
            return Answer(
                card=card,
                summary=f"{command.name}: {command.text}",
                in_place=in_place and command.in_place,
                for_all=command.for_all,
            )
        except Refusal as error:
            log.info("refused", extra={"person": ctx.person.id, "pressed": ctx.pressed, "why": _unquoted(str(error))})
            return _no(str(error), error.suggestions)
        except SourceDown as error:
            return _no(str(error))
        except StoreDown as error:
            log.error("%s", error)
            return _no("The bot's database does not answer at the moment. Say it again in a minute.")
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a command failed, reference %s", reference)
            return _no(f"Something went wrong here. The log has it under {reference}; nothing was lost.")

    async def _obey(self, ctx: Context, text: str) -> tuple[Command, Card]:
        if ctx.role is Role.NOBODY:
            raise Refusal("You are not among the readers of this bot. Its administrator can add you to READERS.")
        command, words = parse(text, pressed=ctx.pressed)
        _authorise(ctx, command)
        arguments = await command.understand(ctx, words)
        if command.question is not None:
            return command, await self._ask(ctx, command, words, arguments)
        return command, await self._act(ctx, command, words, arguments)

    async def _act(self, ctx: Context, command: Command, words: list[str], arguments: Mapping[str, Any]) -> Card:
        if command.role is not Role.OPERATOR:
            return await command.act(ctx, **arguments)
        try:
            card = await command.act(ctx, **arguments)
        except (Refusal, SourceDown) as error:
            await self._record(ctx, command.name, words, f"refused: {error}")
            raise
        except Exception as error:
            await self._record(ctx, command.name, words, f"failed: {type(error).__name__}")
            raise
        await self._record(ctx, command.name, words, "done")
        return card

    async def _record(self, ctx: Context, command: str, words: list[str], outcome: str) -> None:
        entry = AuditEntry(
            at=self._now(),
            person=ctx.person,
            conversation_id=ctx.conversation.id,
            command=command,
            words=" ".join(words),
            outcome=outcome[:300],
        )
        async with self._store.begin() as tx:
            await tx.people.record(entry)

    # --- Asking first ---

    async def _ask(self, ctx: Context, command: Command, words: list[str], arguments: Mapping[str, Any]) -> Card:
        assert command.question is not None
        title, sentences = command.question(**arguments)
        waiting = waiting_for(ctx, command.name, settled(arguments))
        async with self._store.begin() as tx:
            await tx.people.ask(waiting)
        return confirm(
            title, sentences, command.name, waiting.token, waiting.expires_at, waiting.expires_at - TIME_TO_CONFIRM
        )

    async def _confirmed(self, ctx: Context, token: str) -> Card:
        async with self._store.look() as tx:
            waiting = checked(await tx.people.asked(token), ctx, self._now())
        command = commands()[waiting.command]
        _authorise(ctx, command)
        async with self._store.begin() as tx:
            if not await tx.people.take(waiting.token):
                raise Refusal("That was confirmed already; it runs once.")
        asked = waiting.words.split()
        await self._record(ctx, command.name, asked, "confirmed")
        return await self._act(ctx, command, asked, await command.understand(ctx, asked))

    # --- Conversations ---

    def _of(self, conversation: Conversation, person: Person, *, pressed: bool) -> Context:
        return self._context(person=person, role=self._roles.of(person), conversation=conversation, pressed=pressed)

    async def _remember(self, conversation: Conversation) -> None:
        if self._known.get(conversation.id) == conversation:
            return
        async with self._store.begin() as tx:
            known = merged(await tx.conversations.get(conversation.id), conversation)
            await tx.conversations.save(known)
        self._known[conversation.id] = conversation

    async def _meet(self, person: Person) -> None:
        if not person.id or self._met.get(person.id) == person:
            return
        async with self._store.begin() as tx:
            await tx.people.meet(person)
        self._met[person.id] = person

    async def _welcome(self, conversation: Conversation) -> Answer:
        if self._watch_on_install:
            async with self._store.begin() as tx:
                await tx.conversations.watch(conversation.id, True)
                await show_open(tx, conversation)
            self._changed()
        return Answer(card=welcome(conversation, watching=self._watch_on_install), summary="Syncwatch is here")


def _authorise(ctx: Context, command: Command) -> None:
    if not ctx.role.allows(command.role):
        raise Refusal(f"`{command.name}` is for operators. An administrator of this bot can add you to OPERATORS.")


def _unquoted(sentence: str) -> str:
    # What a refusal quotes is what somebody typed, and that stays out of the log.
    return re.sub(r"'[^']*'", "'…'", sentence)


def _no(text: str, suggestions: tuple[str, ...] = ()) -> Answer:
    return Answer(card=refusal(text, suggestions), summary=text)
