"""What the check-up says of mail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.checks.mail import mail
from bot.health import Health
from bot.model import ConversationKind, Grade
from bot.model.routes import Route
from bot.ports import TryLater
from bot.settings import Settings
from cards.sample import NOW
from tests.support.mail_desk import DESK
from tests.support.patients import patient

ID = "0a0a0a0a-0000-4000-8000-000000000001"
SMTP = {"smtp_host": "mail.contoso.example", "smtp_from": "Syncwatch <bot@contoso.example>"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{(tmp_path / 'bot.db').as_posix()}")
    yield opened
    await opened.close()


async def found(
    store: Store, greet: Callable[[], Awaitable[None]] | None = None, **given: str
) -> list[tuple[Grade, str]]:
    settings = Settings(_env_file=None, tenant_id=ID, app_id=ID, app_secret="s", **given)  # pyright: ignore[reportCallIssue, reportArgumentType]
    looked_at = patient(store, lambda: NOW, settings=settings, health=Health({}, lambda: NOW), greet_mail=greet)
    return [(each.grade, each.text) async for each in mail(looked_at)]


async def test_where_nobody_wants_mail_nothing_is_said(store: Store) -> None:
    assert await found(store) == []


async def test_addresses_that_nothing_can_reach_are_told(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(replace(DESK, kind=ConversationKind.EMAIL))
        await tx.routes.add(Route(to=DESK.id))

    ((grade, text),) = await found(store)
    assert grade is Grade.FAULT
    assert text.startswith("1 address is to be told, but SMTP_HOST names no server")


async def test_addresses_that_no_route_leads_to_any_more_are_no_fault(store: Store) -> None:
    async with store.begin() as tx:
        await tx.conversations.save(replace(DESK, kind=ConversationKind.EMAIL))
    assert await found(store) == []


async def test_a_server_that_takes_mail_is_well(store: Store) -> None:
    async def greet() -> None:
        pass

    told = await found(store, greet, **SMTP)
    assert told == [(Grade.WELL, "mail.contoso.example takes mail from Syncwatch <bot@contoso.example>.")]


async def test_what_keeps_mail_from_being_sent_is_told_as_it_is(store: Store) -> None:
    async def refused() -> None:
        raise TryLater("The bot cannot sign in to the mail server: APP_SECRET has expired.")

    told = await found(store, refused, **SMTP)
    assert told == [(Grade.FAULT, "The bot cannot sign in to the mail server: APP_SECRET has expired.")]
