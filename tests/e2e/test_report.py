"""Reports, asked for and sent by themselves: what they tell, when they come, and that each comes once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.digests import next_time
from bot.model import Acted, Every, Fared, Report
from cards.elements import size
from cards.report import report as report_card
from sandbox.faults import Fault
from sandbox.memory_cards import Shown
from sandbox.teams import general, group_chat, personal_chat
from tests.support.card_checks import problems
from tests.support.tenant_box import Dial
from tests.support.whole import Whole, whole, words

LARGEST = 28_000


def marked(card: Shown) -> str:
    """The marker of a digest; "" for any other card."""
    name = str(card.card["body"][0].get("id", ""))
    return name if name.startswith("syncwatch-digest") else ""


def sent(scene: Whole) -> list[str]:
    """The digests that stand in any conversation, by their marker."""
    return [marked(card) for card in scene.teams.cards() if marked(card)]


def in_an_hour() -> dict[str, Any]:
    """A clock at the present, against which tokens are held, and an hour from now as the time of digests."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return {"clock": Dial(now), "digest_time": f"{now + timedelta(hours=1):%H:%M}"}


async def test_a_report_tells_how_each_job_fared_what_is_open_and_who_acted(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=6)
        scene.tenant.beat("secret_ends", job="Workday", days=12)
        await scene.look()
        await scene.pass_by(minutes=20)
        number = next(each.number for each in await scene.incidents() if each.alert.rule == "failing_objects")
        await scene.say(f"ack {number}")
        await scene.say(f"snooze {number} --for 2h --reason waiting for the vendor")
        shown = await scene.say("report --period 24h")
        told = words(shown)
        for said in (
            "Provisioning in the last 24 hours",
            "MandatoryFieldsMissing",
            f"#{number}",
            "client secret of Workday",
            "waiting for the vendor",
            "ack",
            "Plotter",
        ):
            assert said in told, told
        assert problems(shown.card) == []
        assert size(shown.card) <= LARGEST


async def test_a_report_is_held_against_the_period_before(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await scene.look()
        scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=6)
        await scene.pass_by(minutes=20)
        told = words(await scene.say("report --period 1h"))
        assert "points" in told
        assert "Failed rows" in told


async def test_nothing_at_all_is_a_report_too(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        assert "No job has done anything" in words(await scene.say("report"))


@pytest.mark.parametrize("wrong", ["report --period 31d", "report --period soon", "report --period 0h"])
async def test_a_period_that_cannot_be_is_refused(tmp_path: Path, wrong: str) -> None:
    async with whole(tmp_path) as scene:
        assert "is not a span of time" in words(await scene.say(wrong))


async def test_a_digest_comes_once_a_day_at_its_time_also_over_a_restart(tmp_path: Path) -> None:
    async with whole(tmp_path, **in_an_hour()) as scene:
        await scene.look()
        assert "A digest comes here daily" in words(await scene.say("digest daily"))
        await scene.look(seconds=3_000)
        assert sent(scene) == []
        for _ in range(3):
            await scene.look(seconds=300)
        assert len(sent(scene)) == 1
        async with scene.bot.store.begin() as tx:
            # As after a death between the commit and the next look, or a clock that was put back.
            (digest,) = await tx.digests.due(scene.clock() + timedelta(days=2))
            await tx.digests.put_off(digest.conversation_id, digest.next_at - timedelta(days=1))
        await scene.look(seconds=30)
        assert len(sent(scene)) == 1
        await scene.look(seconds=86_400)
        assert len(set(sent(scene))) == len(sent(scene)) == 2


async def test_a_digest_whose_arrival_is_not_known_is_looked_for_before_it_is_sent_again(tmp_path: Path) -> None:
    async with whole(tmp_path, **in_an_hour()) as scene:
        await scene.look()
        await scene.say("digest daily")
        scene.faults.add(Fault("door", "drop_after", times=1))
        await scene.look(seconds=3_700)
        for _ in range(4):
            await scene.look(seconds=60)
        assert len(sent(scene)) == 1


async def test_a_bot_that_was_away_for_days_sends_one_digest_and_not_several(tmp_path: Path) -> None:
    async with whole(tmp_path, **in_an_hour()) as scene:
        await scene.look()
        await scene.say("digest daily")
        await scene.look(seconds=5 * 86_400)
        await scene.look(seconds=60)
        assert len(sent(scene)) == 1


async def test_a_digest_that_is_not_wanted_any_more_does_not_come(tmp_path: Path) -> None:
    async with whole(tmp_path, **in_an_hour()) as scene:
        await scene.look()
        assert "A digest comes here weekly" in words(await scene.say("digest weekly"))
        assert "A digest comes here daily" in words(await scene.say("digest daily"))
        assert "A digest comes here daily" in words(await scene.say("digest"))
        assert "No digest comes here" in words(await scene.say("digest off"))
        await scene.look(seconds=2 * 86_400)
        assert sent(scene) == []


@pytest.mark.parametrize("place", ["channel", "group chat", "personal chat"])
async def test_a_digest_comes_to_any_kind_of_conversation(tmp_path: Path, place: str) -> None:
    async with whole(tmp_path, **in_an_hour()) as scene:
        tenant = scene.tenant
        ids = {
            "channel": general(tenant),
            "group chat": group_chat(tenant),
            "personal chat": personal_chat(tenant.admins[0]),
        }
        await scene.look()
        await scene.teams.say("digest daily", conversation=ids[place])
        await scene.teams.until(lambda: bool(scene.teams.cards(ids[place])))
        await scene.look(seconds=3_700)
        (card,) = [card for card in scene.teams.cards(ids[place]) if marked(card)]
        assert "Provisioning in the last 24 hours" in words(card)


@pytest.mark.parametrize("word", ["hourly", "daily now", "*"])
async def test_a_digest_that_cannot_be_had_is_refused_with_what_can(tmp_path: Path, word: str) -> None:
    async with whole(tmp_path) as scene:
        assert "write daily, weekly or off" in words(await scene.say(f"digest {word}"))


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        (Every.DAILY, "2026-11-21T06:59:00", "2026-11-21T07:00:00"),
        (Every.DAILY, "2026-11-21T07:00:00", "2026-11-22T07:00:00"),
        (Every.WEEKLY, "2026-11-21T06:00:00", "2026-11-23T07:00:00"),
        (Every.WEEKLY, "2026-11-23T07:00:00", "2026-11-30T07:00:00"),
        (Every.DAILY, "2026-03-28T12:00:00", "2026-03-29T06:00:00"),
        (Every.DAILY, "2026-10-24T12:00:00", "2026-10-25T07:00:00"),
    ],
)
def test_the_time_is_that_of_the_clock_on_the_wall_in_summer_and_in_winter(every: Every, now: str, due: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_time(every, at, time(8), ZoneInfo("Europe/Berlin"))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_tenant_with_many_jobs_and_long_names_still_fits_into_28_kilobytes() -> None:
    name = "Å very long name of an application that somebody gave it 你好" * 3
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    jobs = tuple(Fared(job_id=str(at), name=name, succeeded=10_000, failed=at) for at in range(500))
    found = Report(
        since=now - timedelta(days=30),
        until=now,
        jobs=jobs,
        buckets=tuple((f"{at:02d} Nov", 10_000 * at) for at in range(30)),
        causes=tuple((f"{name}{at}", at) for at in range(5)),
        acted=tuple(Acted(who=name, what="restart", times=at) for at in range(8)),
    )
    card = report_card(found, now, digest=Every.DAILY, name="syncwatch-digest-x.")
    assert size(card) <= LARGEST
    assert problems(card) == []
