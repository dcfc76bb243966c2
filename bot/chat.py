"""Chat: parse, authorise, confirm, act, and one place where everything that goes wrong becomes a polite card."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from rapidfuzz import fuzz, process

from bot.adapters.store import Store
from bot.command import Command, commands
from bot.context import Context
from bot.model import AuditEntry, Confirmation, Conversation, Person, Role
from bot.notify import show_open
from bot.ports import Answer, Card, Clock, Jobs, Line, Logs, Press, Refusal, SourceDown
from bot.roles import Roles
from cards.confirm import confirm
from cards.refusal import refusal
from cards.welcome import welcome

log = logging.getLogger(__name__)

MOST_TEXT = 1_000
TIME_TO_CONFIRM = timedelta(minutes=2)
NEAR_ENOUGH = 60


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
            log.info("refused: %s", type(error).__name__, extra={"person": ctx.person.id})
            return _no(str(error), error.suggestions)
        except SourceDown as error:
            return _no(str(error))
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
        waiting = Confirmation(
            token=secrets.token_urlsafe(12),
            command=command.name,
            words=" ".join(words),
            person=ctx.person,
            conversation_id=ctx.conversation.id,
            expires_at=self._now() + TIME_TO_CONFIRM,
        )
        async with self._store.begin() as tx:
            await tx.people.ask(waiting)
        return confirm(title, sentences, command.name, waiting.token, waiting.expires_at, self._now())

    async def _confirmed(self, ctx: Context, token: str) -> Card:
        async with self._store.look() as tx:
            waiting = check_confirmation(await tx.people.asked(token), ctx, self._now())
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
            merged = _merge((await tx.conversations.all()).get(conversation.id), conversation)
            await tx.conversations.save(merged)
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


def parse(text: str, *, pressed: bool = False) -> tuple[Command, list[str]]:
    """A line as a command and its words. Raises Refusal with the nearest command; hidden ones are only for buttons."""
    words = text[:MOST_TEXT].split()
    known = {name: each for name, each in commands().items() if pressed or not each.hidden}
    if len(text) > MOST_TEXT:
        raise Refusal(f"That is longer than a command can be ({MOST_TEXT:,} characters).", ("help",))
    if not words:
        raise Refusal("Yes? Write `help` to see what I can do.", ("help", "jobs"))
    name = words[0].lower().lstrip("/")
    if name in known:
        return known[name], words[1:]
    near = process.extractOne(name, list(known), scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    shown = name[:40]
    if near is None:
        raise Refusal(f"'{shown}' is no command of mine.", ("help", "jobs"))
    raise Refusal(
        f"'{shown}' is no command of mine. Did you mean `{near[0]}`?", (" ".join((near[0], *words[1:])), "help")
    )


def check_confirmation(waiting: Confirmation | None, ctx: Context, now: datetime) -> Confirmation:
    """Raise Refusal unless this person may confirm (or cancel) this, here and now."""
    if waiting is None:
        raise Refusal("That was confirmed or cancelled already, or it is too old.")
    if waiting.person.id != ctx.person.id:
        raise Refusal(f"Only {waiting.person.name or 'the person who asked'} can confirm that.")
    if waiting.conversation_id != ctx.conversation.id:
        raise Refusal("That was asked in another conversation; confirm it there.")
    if waiting.expires_at < now:
        raise Refusal("That was asked more than 2 minutes ago. Ask again.", (f"{waiting.command} {waiting.words}",))
    return waiting


def _authorise(ctx: Context, command: Command) -> None:
    if not ctx.role.allows(command.role):
        raise Refusal(f"`{command.name}` is for operators. An administrator of this bot can add you to OPERATORS.")


def _merge(before: Conversation | None, heard: Conversation) -> Conversation:
    # An activity does not always carry every fact (a message has no team name): what is known is kept.
    if before is None:
        return heard
    facts = {name: getattr(heard, name) or getattr(before, name) for name in ("name", "team_name", "team_id")}
    more = {name: getattr(heard, name) or getattr(before, name) for name in ("team_group_id", "bot_id")}
    return msgspec.structs.replace(heard, **facts, **more)


def _no(text: str, suggestions: tuple[str, ...] = ()) -> Answer:
    return Answer(card=refusal(text, suggestions), summary=text)
