"""Which receiver speaks to a conversation: Teams, the mail server, or the webhook of that name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.model import Conversation, ConversationKind
from bot.ports import Clock, Receiver, TryLater, Undeliverable

PATIENCE = timedelta(minutes=5)
"""How long a webhook is waited for that the file names no more, or not yet: another replica may have the newer file."""

FORGOTTEN = timedelta(minutes=15)
"""When the wait begins anew: nothing that is tried again is left alone for so long."""


class Receivers:
    """All that the settings name. `webhooks` are by the ids of their conversations, and change with the file of ROUTES."""

    def __init__(self, teams: Receiver, *, now: Clock, mail: Receiver | None = None) -> None:
        self._teams, self._mail, self._now = teams, mail, now
        self._missed: dict[str, tuple[datetime, datetime]] = {}
        self.webhooks: Mapping[str, Receiver] = {}

    def take(self, webhooks: Mapping[str, Receiver]) -> None:
        """These are the webhooks from now on. It may be said on another thread than the one that asks."""
        self.webhooks = webhooks
        for each in webhooks:
            self._missed.pop(each, None)

    def __call__(self, conversation: Conversation) -> Receiver:
        """Raises Undeliverable where what the conversation was for is no longer set, and TryLater where it may come back."""
        if conversation.kind is ConversationKind.WEBHOOK:
            return self._webhook(conversation)
        if conversation.kind is not ConversationKind.EMAIL:
            return self._teams
        if self._mail is None:
            raise Undeliverable("There is no mail server: SMTP_HOST is empty.")
        return self._mail

    def _webhook(self, conversation: Conversation) -> Receiver:
        if (found := self.webhooks.get(conversation.id)) is not None:
            return found
        now = self._now()
        first, last = self._missed.get(conversation.id, (now, now))
        since = first if now - last < FORGOTTEN else now
        self._missed[conversation.id] = since, now
        if now - since < PATIENCE:
            raise TryLater(f"the file of ROUTES has no webhook {conversation.name!r} now")
        raise Undeliverable(f"The file of ROUTES has no webhook {conversation.name!r} any more.")
