"""Mail put together, where the settings name a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.ports import TryLater

if TYPE_CHECKING:
    from bot.adapters.email import Connection, Email
    from bot.adapters.email.connection import Token
    from bot.addresses import Address
    from bot.assembly.outside import Outside

PORTS = {"starttls": 587, "tls": 465, "none": 25, "insecure": 25}


def mail(outside: Outside) -> Email | None:
    """The receiver of mail, or None where SMTP_HOST is empty; nothing is connected yet, and it is closed with the bot."""
    if not outside.settings.smtp_host:
        return None
    from bot.adapters.email import Email

    email = Email(_connection(outside), sender=_sender(outside), bot=outside.instance, now=outside.now)
    outside.held.push_async_callback(email.close)
    return email


def greeting(outside: Outside) -> Callable[[], Awaitable[None]] | None:
    """What sees, over a connection of its own, whether mail can be sent, and sends none; None where SMTP_HOST is empty."""
    if not outside.settings.smtp_host:
        return None

    async def greet() -> None:
        connection = _connection(outside)
        try:
            await connection.greet()
        finally:
            await connection.close()

    return greet


def _connection(outside: Outside) -> Connection:
    from bot.adapters import trust
    from bot.adapters.email import Connection, Server

    settings = outside.settings
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port or PORTS[settings.smtp_security],
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
    )
    tls = trust.context(settings.ca_file)
    return Connection(server, tls=tls, greeting=_sender(outside).domain, token=_token(outside))


def _sender(outside: Outside) -> Address:
    from bot.addresses import mailbox

    return mailbox(outside.settings.smtp_from)


def _token(outside: Outside) -> Token:
    from bot.adapters.signin import meaning

    async def token() -> str:
        try:
            return (await outside.credential.get_token(outside.settings.smtp_scope)).token
        except Exception as error:
            if (why := meaning(error)) is None:
                raise
            raise TryLater(f"The bot cannot sign in to the mail server: {why}.") from None

    return token
