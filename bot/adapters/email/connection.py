"""One connection to the mail server: opened when there is something to send, kept for more of it, closed when idle."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from bot.adapters.email.faults import Stage, failure
from bot.addresses import Address
from bot.model import Value
from bot.ports import Undeliverable

IDLE = 30.0
PATIENCE = 60.0
"""Seconds: how long a connection is kept without use, and how long a mail may take."""

CLOSING = 421
"""What a server says that ends the connection, e.g. after as many mails as it takes on one."""


Token = Callable[[], Awaitable[str]]
"""A token for the mail server. Raises TryLater."""


class Server(Value, frozen=True, kw_only=True):
    """Where mail is handed in; `security` is starttls, tls or none. Without a password a token signs in, as XOAUTH2."""

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = ""


class _Client(SMTP):
    """Tries one way of signing in: a wrong password that is tried in each of them locks the account sooner."""

    AUTH_METHODS = ("plain", "login", "cram-md5")

    @property
    def supported_auth_methods(self) -> list[str]:
        return super().supported_auth_methods[:1]


class Connection:
    """Sends one mail after the other; whoever comes meanwhile waits."""

    def __init__(
        self,
        server: Server,
        *,
        tls: ssl.SSLContext,
        greeting: str,
        token: Token | None = None,
        idle: float = IDLE,
        patience: float = PATIENCE,
    ) -> None:
        """`greeting` is the domain by which the bot calls itself."""
        self._server, self._tls, self._greeting, self._token = server, tls, greeting, token
        self._idle, self._patience = idle, patience
        self._busy = asyncio.Lock()
        self._client: SMTP | None = None
        self._stage = Stage.CONNECTING
        self._closing: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    async def send(self, sender: Address, recipient: Address, mail: bytes) -> None:
        """Hand one mail in. Raises TryLater or Undeliverable."""
        await self._in_turn(lambda: self._sent(sender, recipient, mail))

    async def greet(self) -> None:
        """Connect and sign in anew, and send nothing. Raises TryLater."""
        await self._in_turn(self._connected)

    async def _in_turn(self, work: Callable[[], Awaitable[object]]) -> None:
        async with self._busy:
            self._stay_open()
            try:
                async with asyncio.timeout(self._patience):
                    await work()
            except (OSError, SMTPException, ValueError) as error:
                self._drop()
                raise failure(error, self._stage) from None
            except BaseException:
                self._drop()
                raise
            self._close_later()

    async def close(self) -> None:
        """Say goodbye, if there is anybody."""
        async with self._busy:
            self._stay_open()
            await self._quit()

    async def _sent(self, sender: Address, recipient: Address, mail: bytes) -> None:
        client = self._client
        if client is None or not client.is_connected or not await self._still_taken(client, sender, recipient):
            client = await self._connected()
            await self._addressed(client, sender, recipient)
        self._stage = Stage.CONTENT
        await _taken(client.data(mail))

    async def _still_taken(self, client: SMTP, sender: Address, recipient: Address) -> bool:
        """Whether a connection from before still does; servers end them when they like, which is no fault."""
        try:
            await self._addressed(client, sender, recipient)
        except SMTPServerDisconnected:
            return False
        except SMTPResponseException as error:
            if error.code != CLOSING:
                raise
            return False
        return True

    async def _addressed(self, client: SMTP, sender: Address, recipient: Address) -> None:
        wide = sender.international or recipient.international
        if wide and not client.supports_extension("smtputf8"):
            raise Undeliverable(
                "The mail server takes only addresses of plain letters before the @ (it has no SMTPUTF8)."
            )
        options, encoding = (["SMTPUTF8"], "utf-8") if wide else ([], "ascii")
        self._stage = Stage.SENDER
        await client.mail(sender.spec, options=options, encoding=encoding)
        self._stage = Stage.RECIPIENT
        await client.rcpt(recipient.spec, encoding=encoding)

    async def _connected(self) -> SMTP:
        self._drop()
        self._stage = Stage.CONNECTING
        server = self._server
        self._client = client = _Client(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            oauth_token_generator=self._token if server.username and not server.password else None,
            local_hostname=self._greeting,
            timeout=self._patience,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return client

    # --- The end of a connection ------------------------------------------------------------------------------------------

    def _close_later(self) -> None:
        self._closing = asyncio.get_running_loop().call_later(self._idle, self._end)

    def _end(self) -> None:
        self._ending = asyncio.get_running_loop().create_task(self.close())

    def _stay_open(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    async def _quit(self) -> None:
        if self._client is not None and self._client.is_connected:
            with suppress(OSError, SMTPException):
                await self._client.quit(timeout=5)
        self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


async def _taken(answer: Awaitable[object]) -> None:
    """Any answer of 2xx means that the mail was taken, also those that the client does not know."""
    try:
        await answer
    except SMTPResponseException as error:
        if not 200 <= error.code <= 299:
            raise
