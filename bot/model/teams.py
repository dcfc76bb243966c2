"""Teams' words, and the chat: conversations, deliveries, confirmations, commands as help shows them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.alerting import Severity
from bot.model.base import Value
from bot.model.people import Person, Role


class ConversationKind(StrEnum):
    CHANNEL = "channel"
    GROUP = "groupChat"
    PERSONAL = "personal"
    EMAIL = "email"
    WEBHOOK = "webhook"


class ConversationState(StrEnum):
    """Why nothing is sent to a conversation: a delivery was refused, the app was removed, the channel was deleted, or
    the team was archived or deleted, with all its channels.
    """

    OPEN = "open"
    REFUSED = "refused"
    REMOVED = "removed"
    DELETED = "deleted"
    TEAM_SHUT = "team shut"


PERSON = "person:"
"""What the id of a person's conversation begins with, before Entra's id, until their chat with the bot is known."""


class Conversation(Value, frozen=True, kw_only=True):
    """A place the bot can speak in, with what it needs to do so unasked: in Teams, a mail address, or a webhook.

    `id` is Teams' base id, without `;messageid=`, or `mailto:ADDRESS`, `webhook:NAME`, or `person:OBJECT-ID` until that
    person's chat is known; `service_url` was matched by a validated token's claim. `closed` says
    in a sentence why nothing is sent there while it is not `active`, and when it goes on.
    """

    id: str
    tenant_id: str
    service_url: str
    kind: ConversationKind = ConversationKind.CHANNEL
    name: str = ""
    team_id: str = ""
    team_name: str = ""
    team_group_id: str = ""
    bot_id: str = ""
    user_id: str = ""
    user_mri: str = ""
    active: bool = True
    state: ConversationState = ConversationState.OPEN
    closed: str = ""

    @property
    def unopened(self) -> str:
        """The object id of the person whose chat with the bot is still to be opened; "" for every other conversation."""
        return self.id.removeprefix(PERSON) if self.id.startswith(PERSON) else ""

    @property
    def in_teams(self) -> bool:
        return self.kind not in (ConversationKind.EMAIL, ConversationKind.WEBHOOK)


class Posted(Value, frozen=True, kw_only=True):
    """Where a card stands: its activity id, and the conversation id that replies to it go to."""

    activity_id: str
    thread_id: str


class DeliveryKind(StrEnum):
    CARD = "card"
    NOTE = "note"
    POST = "post"


class Delivery(Value, frozen=True, kw_only=True):
    """One thing to deliver: an incident's card (posted or updated, whichever is due), a short note in its thread, or a card
    of its own, posted once: `card` is its JSON, `text` its summary, `marker` what stands in it and in no other.
    `mention` is somebody whom a note calls by name.

    `uncertain` means that an earlier attempt may have arrived: look before sending again.
    """

    id: int
    kind: DeliveryKind
    conversation: Conversation
    incident: int
    revision: int = 0
    text: str = ""
    posted: Posted | None = None
    attempts: int = 0
    uncertain: bool = False
    card: bytes = b""
    marker: str = ""
    mention: Person | None = None


class DeliveryState(StrEnum):
    """What is not delivered waits for its turn, waits for a conversation that is closed to the bot, or was given up."""

    WAITING = "waiting"
    CLOSED = "closed"
    DEAD = "dead"


class Undelivered(Value, frozen=True, kw_only=True):
    """How many of a kind are not delivered; `reason` is why the latest was given up."""

    kind: DeliveryKind
    state: DeliveryState
    count: int
    reason: str = ""


class Confirmation(Value, frozen=True, kw_only=True):
    """A command that waits for its asker to confirm it, in one conversation, until `expires_at`, once."""

    token: str
    command: str
    words: str
    person: Person
    conversation_id: str
    expires_at: datetime


class AuditEntry(Value, frozen=True, kw_only=True):
    """Who did what through the bot, and how it ended."""

    at: datetime
    person: Person
    conversation_id: str
    command: str
    words: str
    outcome: str


class CommandHelp(Value, frozen=True, kw_only=True):
    """A chat command as help, the manifest and the README show it, e.g. usage `errors [job] [--since 24h]`.

    `choices` are words that it takes, each with what it means; one that is "" is about them all. `flags` are its flags (and
    what else needs a word) as they are typed, each with what it is for; `brief` is a usage that is short enough for a list.
    """

    name: str
    usage: str
    text: str
    role: Role
    hidden: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    brief: str = ""


class RuleHelp(Value, frozen=True, kw_only=True):
    """A rule as help shows it; `needs` is what it looks at, in words, `note` what is worth knowing of it, above all
    where it is `broken`; `tried` says that it can be tried on the past.
    """

    name: str
    text: str
    needs: str
    severity: Severity
    note: str = ""
    broken: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    tried: bool = False
