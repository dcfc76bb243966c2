"""Tells incidents by mail: one thread each, of which the first mail opens it and the others say what must be heard."""

from __future__ import annotations

from msgspec.structs import replace

from bot.adapters.email.card_text import written
from bot.adapters.email.connection import Connection
from bot.adapters.email.letter import Letter, encoded, name
from bot.adapters.email.page import page
from bot.addresses import Address, address
from bot.model import Conversation, Incident, Posted
from bot.ports import CannotLook, Clock, Message, Refusal, Undeliverable
from cards import over
from cards.plain import clean

MAILTO = "mailto:"
TITLE, JOB = 120, 60
"""Letters of a subject that the title and the job may take."""
SAID = 1_000
"""Letters of a note."""


class Email:
    """A receiver of mail: its conversations are addresses, `mailto:iam@contoso.com`."""

    def __init__(self, connection: Connection, *, sender: Address, bot: str, now: Clock) -> None:
        """`bot` names the bot and its database: two bots that write to one address have threads of their own."""
        self._connection, self._sender, self._bot, self._now = connection, sender, bot, now

    @property
    def looks(self) -> bool:
        """Nobody can look into somebody's mailbox."""
        return False

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        """The first mail of a thread. The thread is known by its subject too, which therefore never changes."""
        recipient = _recipient(conversation)
        subject = subject_of(message.incident, message.summary)
        known = self._name(conversation, message)
        await self._send(message, recipient, known=known, subject=subject)
        return Posted(activity_id=known, thread_id=subject)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        """An edit is not worth a mail: what must be heard comes as a note."""

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        """A further mail of the thread: the text, and below it how things stand."""
        known = self._name(conversation, message)
        subject, said = f"Re: {posted.thread_id}", clean(text, SAID)
        await self._send(
            message, _recipient(conversation), known=known, subject=subject, lead=said, parent=posted.activity_id
        )

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """Raises CannotLook."""
        raise CannotLook("A mail cannot be looked up in its reader's mailbox.")

    async def close(self) -> None:
        await self._connection.close()

    def _name(self, conversation: Conversation, message: Message) -> str:
        # Numbers begin anew with a new database, and mailboxes remember for years what they have folded.
        began = message.incident.opened_at.isoformat() if message.incident else ""
        return name(self._bot, conversation.id, message.key, message.marker, began, domain=self._sender.domain)

    async def _send(
        self, message: Message, recipient: Address, *, known: str, subject: str, lead: str = "", parent: str = ""
    ) -> None:
        why = f"Syncwatch wrote this to {recipient.spec}, which was named to be told. Nobody reads replies."
        html = page(message.card, title=subject, preview=lead or clean(message.summary), lead=lead, footer=why)
        parts = [*([lead, "-" * min(len(lead), 72)] if lead else []), written(message.card), f"-- \n{why}"]
        letter = Letter(
            id=known,
            parent=parent,
            sender=self._sender,
            recipient=recipient,
            subject=subject,
            text="\n\n".join(parts),
            html=html,
            at=self._now(),
            incident=message.incident,
        )
        await self._connection.send(self._sender, recipient, encoded(letter))


def subject_of(incident: Incident | None, summary: str) -> str:
    """How bad, what and where; a digest's sentence where there is no incident."""
    if incident is None:
        return clean(summary, TITLE + JOB) or "Syncwatch"
    alert = incident.alert
    how = alert.severity.value if incident.open else "resolved"
    where = "" if alert.job_name in alert.title else f" — {clean(alert.job_name, JOB)}"
    return f"[{how}] {clean(over.title(incident), TITLE)}{where}"


def _recipient(conversation: Conversation) -> Address:
    try:
        found = address(conversation.id.removeprefix(MAILTO))
    except Refusal as error:
        raise Undeliverable(str(error), gone=True) from None
    return found if "@" in conversation.name else replace(found, name=conversation.name)
