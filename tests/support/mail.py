"""A real mail server on this machine (aiosmtpd): it keeps what it is given, and can be made to answer otherwise."""

from __future__ import annotations

import asyncio
import re
import ssl
from base64 import b64decode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.model import Value

OK = "250 OK"
ANYTHING = "*"
"""A token that this server does not look at."""
LOST = "lost"
"""An answer that never comes: the connection is cut instead."""
NEVER = "never"
"""An answer that never comes, while the connection stays."""


class Arrived(Value, frozen=True, kw_only=True):
    """A mail with its envelope, as the server was given it."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    raw: bytes
    encrypted: bool

    @property
    def mail(self) -> EmailMessage:
        """Read as a mail program would."""
        return message_from_bytes(self.raw, policy=cast("Any", policy.default))

    def part(self, kind: str) -> str:
        """Its text (plain) or its page (html)."""
        found = self.mail.get_body((kind,))
        assert found is not None
        return found.get_content()


class Mailroom:
    """What the server has seen. `answers` are its next answers at a step; all others are that it is well."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.login = login
        self.port = 0
        self.arrived: list[Arrived] = []
        self.answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.connections: list[SMTP] = []
        self.tries = 0
        self.signed_in = ("", "")
        self.left = asyncio.Event()
        self._stopped = asyncio.Event()

    def hang_up(self) -> None:
        """Cut every connection, as a server does that is started anew."""
        for each in self.connections:
            if each.transport is not None:
                _transport(each).close()

    def stop(self) -> None:
        """Let those go that wait for an answer that never comes."""
        self._stopped.set()
        self.hang_up()

    # --- aiosmtpd's hooks -------------------------------------------------------------------------------------------------

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (answer := await self._answer("MAIL", server)) == OK:
            envelope.mail_from, envelope.mail_options = address, options
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (answer := await self._answer("RCPT", server)) == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append(
            Arrived(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                options=tuple(envelope.mail_options),
                raw=cast("bytes", envelope.original_content),
                encrypted=session.ssl is not None or _transport(server).get_extra_info("sslcontext") is not None,
            )
        )
        return await self._answer("DATA", server)

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, given: Any) -> AuthResult:
        """Whether name and password are those of `login`."""
        self.tries += 1
        known = isinstance(given, LoginPassword) and (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=known, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, given: list[str]) -> AuthResult:  # noqa: N802
        """A token instead of a password, as Exchange Online has it."""
        self.tries += 1
        said = re.fullmatch("user=(.*)\1auth=Bearer (.*)\1\1", b64decode(given[1]).decode())
        self.signed_in = (said[1], said[2]) if said else ("", "")
        return AuthResult(success=self.login in (self.signed_in, (self.signed_in[0], ANYTHING)), handled=False)

    async def _answer(self, step: str, server: SMTP) -> str:
        answer = self.answers[step].pop(0) if self.answers[step] else OK
        if answer == LOST:
            _transport(server).abort()
        if answer in (LOST, NEVER):
            await self._stopped.wait()
            return "421 stopped"
        return answer


def _transport(server: SMTP) -> asyncio.Transport:
    return cast("asyncio.Transport", server.transport)


class _Line(SMTP):
    """One connection, which tells the room when it comes and goes."""

    def __init__(self, room: Mailroom, **options: Any) -> None:
        self._room = room
        super().__init__(room, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self not in self._room.connections:  # STARTTLS makes a connection twice
            self._room.connections.append(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._room.left.set()
        super().connection_lost(error)


@asynccontextmanager
async def mailroom(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    wide: bool = True,
) -> AsyncGenerator[Mailroom]:
    """The server, on a port of its own; `wide` servers take addresses in all letters."""
    room = Mailroom(login)
    options: dict[str, Any] = {"enable_SMTPUTF8": wide, "hostname": "mail.test", "timeout": 30}
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": room.authenticate, "auth_required": tls is None, "auth_require_tls": tls is None}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(room, **options), "127.0.0.1", 0, ssl=tls)
    room.port = server.sockets[0].getsockname()[1]
    try:
        yield room
    finally:
        room.stop()
        server.close()
        await server.wait_closed()
        for _ in range(100):  # connections say goodbye
            await asyncio.sleep(0)


@asynccontextmanager
async def scripted(*answers: bytes) -> AsyncGenerator[int]:
    """Something on a port that says these things, one for each line that it hears, whatever it is; the first at once."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for at, answer in enumerate(answers):
            if at:
                await reader.readline()
            writer.write(answer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
