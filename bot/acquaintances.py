"""Whom the bot has met, and where it may speak: conversations that come, go, and come back."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from bot.adapters.store import Store, Transaction
from bot.model import Conversation, Person
from bot.notify import show_open
from bot.places import merged
from bot.ports import Answer
from cards.welcome import welcome


class Acquaintances:
    """What the store knows of people and conversations; what is known already is not written again."""

    def __init__(self, store: Store, *, changed: Callable[[], None], watch_on_install: bool) -> None:
        self._store, self._changed = store, changed
        self._watch_on_install = watch_on_install
        self._known: dict[str, Conversation] = {}
        self._met: dict[str, Person] = {}

    async def heard_from(self, conversation: Conversation, person: Person) -> None:
        await self._remember(conversation)
        if not person.id or self._met.get(person.id) == person:
            return
        async with self._store.begin() as tx:
            await tx.people.meet(person)
        self._met[person.id] = person

    async def installed(self, conversation: Conversation) -> Answer:
        """Say hello, and watch if the settings say so."""
        self._known.pop(conversation.id, None)  # the store may have closed it since, after a delivery was refused
        await self._remember(conversation)
        if self._watch_on_install:
            async with self._store.begin() as tx:
                await tx.conversations.watch(conversation.id, True)
                await show_open(tx, conversation)
            self._changed()
        return Answer(card=welcome(conversation, watching=self._watch_on_install), summary="Syncwatch is here")

    async def heard_of(self, conversation: Conversation) -> None:
        """News of a place, or of its team: what watched there before it was closed watches again."""
        await self._remember(conversation)
        async with self._store.begin() as tx:
            shut = [each for each in await self._of_team(tx, conversation) if not each.active]
            opened = [each for each in shut if await tx.conversations.watches(each.id)]
            for each in opened:
                await tx.conversations.save(replace(each, active=True))
                await show_open(tx, each)
        if opened:
            self._changed()

    async def left(self, conversation: Conversation) -> None:
        """The bot was removed: nothing more is sent there."""
        self._known.pop(conversation.id, None)
        async with self._store.begin() as tx:
            await tx.conversations.close(conversation.id)
            await tx.conversations.watch(conversation.id, False)

    async def shut(self, conversation: Conversation) -> None:
        """The team was archived: nothing is sent to it until it is heard of again."""
        async with self._store.begin() as tx:
            for each in await self._of_team(tx, conversation):
                self._known.pop(each.id, None)
                await tx.conversations.close(each.id)

    async def _remember(self, conversation: Conversation) -> None:
        if self._known.get(conversation.id) == conversation:
            return
        async with self._store.begin() as tx:
            before = await tx.conversations.get(conversation.id)
            await tx.conversations.save(merged(before, conversation))
            opened = before is not None and not before.active and await tx.conversations.watches(conversation.id)
            if opened:
                await show_open(tx, conversation)
        self._known[conversation.id] = conversation
        if opened:
            self._changed()

    async def _of_team(self, tx: Transaction, conversation: Conversation) -> list[Conversation]:
        known = (await tx.conversations.all()).values()
        team = conversation.team_id
        return [each for each in known if each.id == conversation.id or (team and each.team_id == team)]
