"""The chats with people who have not spoken to the bot yet: each is opened once, when there is something to tell them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from bot.adapters.teams import outgoing
from bot.adapters.teams.connector import Connectors
from bot.adapters.teams.faults import Refused
from bot.adapters.teams.seen import Seen
from bot.model import Conversation, ConversationKind
from bot.ports import Refusal, SourceDown, TryLater, Undeliverable

log = logging.getLogger(__name__)

Install = Callable[[str], Awaitable[bool]]
"""Installs the app for a person, by object id: False where they had it. Raises Refusal or SourceDown."""

LET_IN = ("ForbiddenOperationException", "BotNotInConversationRoster")
"""What Teams answers where the app is not installed for the person."""

BY_THEM = "The bot goes on as soon as they install it or write to it."

UNTIL_KNOWN = 10.0
"""Seconds that Teams is given to make a new installation known; it tells the bot of it by itself as well."""


class Chats:
    """Opens chats through the connector; where the app is missing there, it is installed first, if that is allowed."""

    def __init__(
        self,
        connectors: Connectors,
        opened: Seen,
        *,
        bot_id: str,
        address: Callable[[], Awaitable[str]],
        install: Install | None,
    ) -> None:
        self._connectors, self._opened, self._bot_id = connectors, opened, bot_id
        self._address, self._install = address, install

    async def open(self, person: Conversation) -> Conversation:
        """The chat; two who ask at the same time open one. Raises TryLater or Undeliverable."""
        return await self._opened.once(("chat", person.unopened), lambda: self._open(person))

    async def _open(self, person: Conversation) -> Conversation:
        user_id = _object_id(person.unopened)
        address = person.service_url or await self._address()
        try:
            chat_id = await self._create(address, person, user_id)
        except Refused as error:
            if error.code not in LET_IN:
                raise
            chat_id = await self._let_in(address, person, user_id, error)
        log.info("chat opened", extra={"person": user_id})
        return Conversation(
            id=chat_id,
            tenant_id=person.tenant_id,
            service_url=address,
            kind=ConversationKind.PERSONAL,
            name=person.name,
            bot_id=self._bot_id,
            user_id=user_id,
        )

    async def _create(self, address: str, person: Conversation, user_id: str) -> str:
        wish = outgoing.chat(user_id, person.tenant_id, self._bot_id)
        return await self._connectors.to(address).open(wish)

    async def _let_in(self, address: str, person: Conversation, user_id: str, refused: Refused) -> str:
        """Install the app for the person, and ask once more."""
        if self._install is None:
            raise refused
        try:
            new = await self._install(user_id)
        except Refusal as error:
            said = f"The app is not installed for this person, and cannot be: {str(error).rstrip('.')}. {BY_THEM}"
            raise Undeliverable(said, gone=True) from None
        except SourceDown as error:
            raise TryLater(str(error), error.after) from None
        try:
            return await self._create(address, person, user_id)
        except Refused as error:
            if new and error.code in LET_IN:
                raise TryLater("Teams does not know of the app's new installation yet", after=UNTIL_KNOWN) from None
            raise


def _object_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Undeliverable(f"'{text[:60]}' is not the Entra object id of a person.", gone=True) from None
