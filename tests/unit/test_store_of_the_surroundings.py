"""What the store keeps of the surroundings of the jobs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.store import Store
from bot.model import AuditEvent, Credential, CredentialCheck
from tests.support.make import NOON


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


def event(number: int) -> AuditEvent:
    return AuditEvent(id=f"a{number}", at=NOON + timedelta(minutes=number), activity="Quarantine", target_id="sp-1")


async def test_audit_rows_are_kept_once_and_come_back_oldest_first(store: Store) -> None:
    async with store.begin() as tx:
        await tx.audits.save([event(2), event(1), event(2)])
        await tx.audits.save([event(1)])
        await tx.audits.save([])
        assert await tx.audits.since(NOON) == [event(1), event(2)]
        assert await tx.audits.since(NOON + timedelta(minutes=2)) == [event(2)]
        await tx.audits.prune(NOON + timedelta(minutes=2))
        assert await tx.audits.since(NOON) == [event(2)]


async def test_credentials_are_not_known_before_the_directory_was_asked(store: Store) -> None:
    secret = Credential(id="k", kind="client secret", name="", owner="Workday", expires_at=NOON)
    async with store.begin() as tx:
        assert await tx.credentials.all() is None
        await tx.credentials.save([secret])
        assert await tx.credentials.all() == (secret,)
        await tx.credentials.save([])
        assert await tx.credentials.all() == ()


async def test_the_last_check_and_the_last_told_date_of_a_job_count(store: Store) -> None:
    async with store.begin() as tx:
        await tx.credentials.save_check(CredentialCheck(job_id="j", at=NOON, fault="No", since=NOON))
        await tx.credentials.save_check(CredentialCheck(job_id="j", at=NOON))
        assert (await tx.credentials.checks())["j"].fault == ""
        await tx.credentials.tell_token("j", NOON, "Ada", NOON)
        await tx.credentials.tell_token("j", NOON + timedelta(days=1), "Bob", NOON)
        assert await tx.credentials.tokens() == {"j": NOON + timedelta(days=1)}
        await tx.credentials.forget_token("j")
        assert await tx.credentials.tokens() == {}


async def test_who_holds_a_role_is_unknown_until_it_is_read_and_when_it_may_not_be_read(store: Store) -> None:
    async with store.begin() as tx:
        assert (await tx.credentials.state()).roles is None
        await tx.credentials.save_roles({"a", "b"})
        assert (await tx.credentials.state()).roles == {"a", "b"}
        await tx.credentials.save_roles(None)
        assert (await tx.credentials.state()).roles is None
        await tx.credentials.save_roles(())
        assert (await tx.credentials.state()).roles == set()
