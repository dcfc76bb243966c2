"""Several replicas on one PostgreSQL: one watches and delivers, each answers, and another takes over from a leader that stops."""

import signal
import sys
from pathlib import Path

import pytest

from tests.support.postgres import Postgres
from tests.support.replicas import replicas

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")


async def test_another_goes_on_when_the_leader_is_frozen_or_killed_and_no_card_is_doubled(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    async with replicas(tmp_path, postgres_server.new()) as stage:
        first = await stage.leader()
        stage.tenant.beat("proxy_conflict", count=3)
        await stage.until(lambda: len(stage.cards("proxyAddresses")) == 1)

        first.signal(signal.SIGSTOP)
        second = await stage.leader(but=first)
        stage.tenant.beat("credential_expires", job="Workday")
        await stage.until(lambda: len(stage.cards("Workday")) == 1)

        first.signal(signal.SIGCONT)
        await first.answers()
        assert not await first.leads()
        assert await second.leads()

        await second.kill()
        third = await stage.leader(but=second)
        stage.tenant.beat("recover", job="AD2AADProvisioning")
        await stage.until(lambda: bool(stage.cards("Resolved")))
        assert third in stage.bots
        assert len(stage.cards("proxyAddresses")) == len(stage.cards("Workday")) == 1


async def test_a_replica_that_does_not_lead_answers_and_the_leader_delivers_what_it_changed(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    async with replicas(tmp_path, postgres_server.new()) as stage:
        leader = await stage.leader()
        stage.tenant.beat("proxy_conflict", count=3)
        await stage.until(lambda: len(stage.cards("proxyAddresses")) == 1)
        stage.listens(next(bot for bot in stage.bots if bot is not leader))
        await stage.teams.say(f"ack {stage.number('proxyAddresses')}")
        await stage.until(lambda: any("cknowledged" in str(card.card) for card in stage.cards("proxyAddresses")))
