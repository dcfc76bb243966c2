"""A desk that is told by mail, and the bot that writes to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters import trust
from bot.adapters.email import Connection, Email, Server
from bot.addresses import mailbox
from bot.model import Conversation, Incident
from bot.ports import Message, TryLater, Undeliverable
from cards import notes, sample
from cards.incident import incident as incident_card
from cards.incident import marker

SENDER = mailbox("Syncwatch <syncwatch@contoso.example>")
DESK = Conversation(id="mailto:desk@contoso.example", tenant_id="t", service_url="", name="Service desk")
LOGIN = ("bot", "a-pass-word")


def told(incident: Incident = sample.IN_QUARANTINE, key: str = "incident-42") -> Message:
    return Message(
        card=incident_card(incident, sample.PASSWORD_ADVICE, sample.NOW),
        summary=notes.summary(incident),
        key=key,
        marker=marker(incident),
        incident=incident,
    )


@asynccontextmanager
async def writing(
    port: int, *, security: str = "none", login: tuple[str, str] = ("", ""), ca_file: Path | None = None,
    idle: float = 30, patience: float = 10, bot: str = "bot-1", host: str = "127.0.0.1",
    token: str = "",
) -> AsyncGenerator[Email]:  # fmt: skip
    server = Server(host=host, port=port, security=security, username=login[0], password=login[1])

    async def a_token() -> str:
        if not token:
            raise TryLater("No token.")
        return token

    line = Connection(
        server, tls=trust.context(ca_file), greeting="contoso.example", token=a_token, idle=idle, patience=patience
    )
    email = Email(line, sender=SENDER, bot=bot, now=lambda: datetime(2026, 11, 21, 1, 20, tzinfo=UTC))
    try:
        yield email
    finally:
        await email.close()


async def refused(email: Email, where: Conversation = DESK) -> TryLater | Undeliverable:
    with pytest.raises((TryLater, Undeliverable)) as error:
        await email.post(where, told())
    return error.value if isinstance(error.value, TryLater) else Undeliverable(str(error.value), gone=error.value.gone)
