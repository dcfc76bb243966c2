"""Which receiver speaks to a conversation: Teams, the mail server, or the webhook of that name."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import Conversation, ConversationKind
from bot.ports import Receiver, Undeliverable


class Receivers:
    """All that the settings name. `webhooks` are by the ids of their conversations."""

    def __init__(
        self, teams: Receiver, *, mail: Receiver | None = None, webhooks: Mapping[str, Receiver] | None = None
    ) -> None:
        self._teams, self._mail, self._webhooks = teams, mail, dict(webhooks or {})

    def __call__(self, conversation: Conversation) -> Receiver:
        """Raises Undeliverable where what the conversation was for is no longer set."""
        if conversation.kind is ConversationKind.EMAIL:
            return self._or_gone(self._mail, "There is no mail server: SMTP_HOST is empty.")
        if conversation.kind is ConversationKind.WEBHOOK:
            found = self._webhooks.get(conversation.id)
            return self._or_gone(found, f"The file of ROUTES has no webhook {conversation.name!r} any more.")
        return self._teams

    @staticmethod
    def _or_gone(found: Receiver | None, sentence: str) -> Receiver:
        if found is None:
            raise Undeliverable(sentence)
        return found
