"""Whom the bot has met, and where it may speak: conversations that come, go, and come back."""

from __future__ import annotations

from collections.abc import Callable

from bot.adapters.store import Store, Transaction
from bot.channel_names import ChannelNames
from bot.model import Conversation, ConversationKind, ConversationState, Person
from bot.model.routes import Route
from bot.notify import show_open
from bot.places import merged, opened, opens_with, renamed, shut_by
from bot.ports import Answer, Clock, Naming
from bot.routes import Routes
from bot.routing import places
from cards.welcome import welcome


class Acquaintances:
    """What the store knows of people and conversations; what is known already is not written again."""

    def __init__(
        self,
        store: Store,
        *,
        now: Clock,
        changed: Callable[[], None],
        watch_on_install: bool,
        routes: Routes,
        naming: Naming | None = None,
    ) -> None:
        self._store, self._now, self._changed, self._routes = store, now, changed, routes
        self._watch_on_install = watch_on_install
        self._names = ChannelNames(store, naming, now)
        self._met: dict[str, Person] = {}

    async def heard_from(self, conversation: Conversation, person: Person) -> None:
        await self._remember(conversation)
        if not person.id or self._met.get(person.id) == person:
            return
        async with self._store.begin() as tx:
            await tx.people.meet(person)
        self._met[person.id] = person

    async def installed(self, conversation: Conversation) -> Answer | None:
        """Say hello, and watch if the settings say so; but not to somebody whom the bot itself has sought out."""
        met = await self._is_known(conversation)
        await self._remember(conversation)
        if met:
            return None
        await self._tell_team(conversation)
        again = False
        if self._watch_on_install:
            async with self._store.begin() as tx:
                # Routes that led there before lead there again; only a place without any is told of everything.
                again = await self._is_led_to(tx, conversation)
                if not again:
                    await tx.routes.add(Route(to=conversation.id))
                await show_open(tx, [conversation], await self._routes.book(tx), self._now())
            self._changed()
        card = welcome(conversation, watching=self._watch_on_install, again=again)
        return Answer(card=card, summary="Syncwatch is here")

    async def heard_of(self, conversation: Conversation) -> None:
        """News of a place, or of its team: what watched there before it was closed watches again."""
        await self._remember(conversation, new=False)
        await self._tell_team(conversation)

    async def left(self, conversation: Conversation) -> None:
        """Nothing is sent there again, unless the app is installed there anew; what led there is shown as leading nowhere."""
        await self.shut(conversation)

    async def shut(self, conversation: Conversation) -> None:
        """Nothing is sent there, or to its whole team, until it is heard of again."""
        async with self._store.begin() as tx:
            await _shut(tx, conversation)

    async def _tell_team(self, conversation: Conversation) -> None:
        """What a conversation tells of its team is news of the team's other conversations as well."""
        if not conversation.team_id:
            return
        async with self._store.look() as tx:
            team = await _of_team(tx, conversation)
        changed = [each for each in team if renamed(each, conversation) != each or opens_with(each, conversation)]
        if not changed:
            return
        async with self._store.begin() as tx:
            for each in changed:
                named = renamed(each, conversation)
                await self._save(tx, opened(named) if opens_with(each, conversation) else named, before=each)
        self._changed()

    async def _is_led_to(self, tx: Transaction, conversation: Conversation) -> bool:
        """Whether any route, of chat or of the settings, leads there."""
        book = await self._routes.book(tx)
        led_to = map(places(book), {each.to for each in book.routes})
        return any(each is not None and each.id == conversation.id for each in led_to)

    async def _is_known(self, conversation: Conversation) -> bool:
        """Whether this is a person's chat that is open already, or one that the bot was about to open."""
        if conversation.kind is not ConversationKind.PERSONAL:
            return False
        async with self._store.look() as tx:
            before = await tx.conversations.get(conversation.id)
            # Who is only named in the file of ROUTES has something standing for their chat, too: nothing is owed there yet.
            return (before is not None and before.active) or await tx.conversations.sought(conversation.user_id)

    async def _remember(self, conversation: Conversation, *, new: bool = True) -> None:
        """Keep what was heard of a conversation, and what it is called."""
        known = await self._keep(conversation, new=new)
        if known is not None:
            await self._names.learn(known)

    async def _keep(self, conversation: Conversation, *, new: bool) -> Conversation | None:
        """Keep what was heard of a conversation, and open it; one that is not known only if it may be `new`."""
        async with self._store.look() as tx:
            before = await tx.conversations.get(conversation.id)
            sought = await tx.conversations.unopened(conversation.user_id)
        after = merged(before, conversation)
        if not sought and (before == after or (before is None and not new)):
            return before
        async with self._store.begin() as tx:
            await self._save(tx, after, before=before)
            for each in sought:
                await tx.conversations.move(each, conversation.id)
                await tx.conversations.revive(conversation.id, self._now())
        if sought or (before is not None and not before.active):
            self._changed()
        return after

    async def _save(self, tx: Transaction, after: Conversation, *, before: Conversation | None) -> None:
        """Store it; where it was closed until now, it is told what it missed and what is still open."""
        await tx.conversations.save(after)
        if before is None or before.active or not after.active:
            return
        await tx.conversations.revive(after.id, self._now())
        await show_open(tx, [after], await self._routes.book(tx), self._now())


async def _shut(tx: Transaction, conversation: Conversation) -> list[Conversation]:
    alone = conversation.state is ConversationState.DELETED
    known = await tx.conversations.get(conversation.id)
    shut = ([known] if known else []) if alone else await _of_team(tx, conversation)
    for each in shut:
        await tx.conversations.save(shut_by(each, conversation))
    return shut


async def _of_team(tx: Transaction, conversation: Conversation) -> list[Conversation]:
    known = (await tx.conversations.all()).values()
    team = conversation.team_id
    return [each for each in known if each.id == conversation.id or (team and each.team_id == team)]
