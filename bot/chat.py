"""Chat: parse, authorise, confirm, act, and one place where everything that goes wrong becomes a polite card."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot import trail
from bot.acquaintances import Acquaintances
from bot.adapters.store import Store
from bot.asking import Asking
from bot.command import Command, commands
from bot.confirming import ask, take
from bot.context import Context, no_digest
from bot.model import Conversation, Diagnosis, Every, Person, Role
from bot.parse import first_word, parse
from bot.ports import Answer, Card, Clock, Hybrid, Jobs, Line, Logs, Naming, Press, Refusal, SourceDown, StoreDown
from bot.roles import Roles
from bot.routes import Routes
from cards.elements import in_a_line, noted
from cards.refusal import refusal

log = logging.getLogger(__name__)


async def _unexamined() -> Sequence[Diagnosis]:
    raise Refusal("There is nobody here who could look at the bot itself.")


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
        examine: Callable[[], Awaitable[Sequence[Diagnosis]]] = _unexamined,
        asking: Asking | None = None,
        hybrid: Hybrid | None = None,
        digest_time: Callable[[Every], datetime] = no_digest,
        routes: Routes | None = None,
        zone: str = "UTC",
        naming: Naming | None = None,
    ) -> None:
        routes = routes or Routes()
        self._context = partial(
            Context,
            store=store,
            jobs=jobs,
            now=now,
            changed=changed,
            look_soon=look_soon,
            confirmed=_confirmed,
            logs=logs,
            examine=examine,
            asking=asking,
            hybrid=hybrid,
            digest_time=digest_time,
            routes=routes,
            zone=zone,
            role_of=roles.of,
        )
        self._roles = roles
        self._acquaintances = Acquaintances(
            store, now=now, changed=changed, watch_on_install=watch_on_install, routes=routes, naming=naming
        )

    async def heard(self, line: Line) -> Answer:
        """Answer a typed line."""
        ctx = self._of(line.conversation, line.person, pressed=False)
        return await self._politely(ctx, line.text, in_place=False)

    async def pressed(self, press: Press) -> Answer:
        """Answer a button: its verb is a command's name, its data the command's words."""
        ctx = self._of(press.conversation, press.person, pressed=True)
        return await self._politely(ctx, f"{press.verb} {press.words}", in_place=True)

    async def joined(self, conversation: Conversation, *, installed: bool) -> Answer | None:
        """Remember a conversation; on installation say hello."""
        try:
            if installed:
                return await self._acquaintances.installed(conversation)
            await self._acquaintances.heard_of(conversation)
        except Exception:
            log.exception("a conversation could not be stored")
        return None

    async def left(self, conversation: Conversation, *, for_good: bool = True) -> None:
        """Nothing more is sent there: for good, or until it is heard of again."""
        gone = self._acquaintances.left if for_good else self._acquaintances.shut
        try:
            await gone(conversation)
        except Exception:
            log.exception("a conversation could not be closed")

    def _of(self, conversation: Conversation, person: Person, *, pressed: bool) -> Context:
        return self._context(person=person, role=self._roles.of(person), conversation=conversation, pressed=pressed)

    async def _politely(self, ctx: Context, text: str, *, in_place: bool) -> Answer:
        try:
            await self._acquaintances.heard_from(ctx.conversation, ctx.person)
            command, card = await _obey(ctx, text)
            return Answer(
                card=card,
                summary=in_a_line(card),
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
            return _no(
                f"Something went wrong here. The log has it under {reference}. "
                "If something was to be changed, look whether it is before you ask again."
            )


# --- One line ----------------------------------------------------------------------------------------------------------


async def _obey(ctx: Context, text: str) -> tuple[Command, Card]:
    if ctx.role is Role.NOBODY:
        named, rest = commands().get(first_word(text)), text.split()[1:]
        if named is None or not await named.lets(ctx, rest):
            await _deny(ctx, named, rest)
            raise Refusal("You are not among the readers of this bot. Its administrator can add you to READERS.")
    command, words = parse(text, pressed=ctx.pressed)
    if not await command.lets(ctx, words):
        await _deny(ctx, command, words)
        raise Refusal(f"`{command.typed}` is for operators. An administrator of this bot can add you to OPERATORS.")
    arguments = await command.understand(ctx, words)
    if command.question is None:
        return command, await _act(ctx, command, arguments)
    title, sentences = command.question(**arguments)
    return command, await ask(ctx, command.name, command.settled(arguments), title, sentences)


async def _deny(ctx: Context, command: Command | None, words: list[str]) -> None:
    if command is not None and command.role is Role.OPERATOR:
        await trail.note(ctx, command.name, " ".join(words), trail.DENIED)


async def _confirmed(ctx: Context, token: str) -> Card:
    waiting = await take(ctx, token, trail.CONFIRMED)
    command = commands()[waiting.command]
    try:
        arguments = await command.understand(ctx, waiting.words.split())
    except Refusal as error:  # what was there when it was asked is gone
        await trail.note(ctx, command.name, waiting.words, f"refused: {error}")
        raise
    return await _act(ctx, command, arguments)


async def _act(ctx: Context, command: Command, arguments: Mapping[str, Any]) -> Card:
    """Do it; what changes something is in the audit trail, with how it ended."""
    if command.reads:
        return await command.act(ctx, **arguments)
    written = partial(trail.note, ctx, command.name, command.settled(arguments))
    try:
        card = await command.act(ctx, **arguments)
    except (Refusal, SourceDown) as error:
        await written(f"refused: {error}")
        raise
    except Exception as error:
        await written(f"failed: {type(error).__name__}")
        raise
    if await written(trail.DONE if ctx.role.allows(command.role) else trail.DONE_ON_CALL):
        return card
    return noted(card, "This was done, but the audit trail could not be written: tell the administrator of this bot.")


def _unquoted(sentence: str) -> str:
    # What a refusal quotes is what somebody typed, apostrophes and all, and that stays out of the log.
    return re.sub(r"'.*'", "'…'", sentence, flags=re.DOTALL)


def _no(text: str, suggestions: tuple[str, ...] = ()) -> Answer:
    card = refusal(text, suggestions)
    return Answer(card=card, summary=in_a_line(card))
