"""People who are left in peace, and too much at once: held back, told together, and nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.lag import Lag
from sandbox.memory_cards import Shown
from sandbox.teams import general, personal_chat
from tests.support.card_checks import problems
from tests.support.whole import Whole, whole, words


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as scene:
        await scene.look()
        yield scene


def of_ben(scene: Whole) -> list[Shown]:
    return scene.teams.cards(personal_chat(ben := scene.tenant.admins[1]), ben)


async def ben_says(scene: Whole, text: str) -> Shown:
    ben = scene.tenant.admins[1]
    before = len(of_ben(scene))
    await scene.teams.say(text, ben, personal_chat(ben))
    await scene.teams.until(lambda: len(of_ben(scene)) > before)
    return of_ben(scene)[-1]


def hours(scene: Whole, *, begin: float, end: float) -> str:
    """Quiet hours that begin and end so many minutes from now."""
    now = scene.clock()
    return f"{now + timedelta(minutes=begin):%H:%M}-{now + timedelta(minutes=end):%H:%M}"


def digests(cards: list[Shown]) -> list[Shown]:
    return [card for card in cards if str(card.card["body"][0].get("id", "")).startswith("syncwatch-held-")]


async def test_quiet_hours_hold_back_what_happens_and_one_digest_tells_it(scene: Whole) -> None:
    await ben_says(scene, "watch")
    shown = words(await ben_says(scene, f"quiet {hours(scene, begin=-60, end=20)} UTC"))
    assert "I hold back what I have to tell you" in shown
    assert "escalated to you because you are on call is told at once" in shown
    before = len(of_ben(scene))

    scene.tenant.beat("credential_expires", job="Workday")
    await scene.look(seconds=60)
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    scene.tenant.beat("recover", job="AD2AADProvisioning")
    for _ in range(4):
        await scene.look(seconds=150)
    assert len(of_ben(scene)) == before
    assert scene.teams.texts(personal_chat(scene.tenant.admins[1])) == []
    assert any("is in quarantine" in words(card) for card in scene.teams.cards(general(scene.tenant)))
    assert "wait for its end" in words(await ben_says(scene, "quiet"))

    await scene.look(seconds=900)
    (digest,) = digests(of_ben(scene))
    assert problems(digest.card) == []
    assert "While it was quiet" in words(digest)
    assert "is in quarantine" in words(digest)
    assert "resolved" in words(digest)
    await scene.look(seconds=600)
    assert len(digests(of_ben(scene))) == 1

    quarantine = next(each for each in await scene.incidents() if each.alert.rule == "quarantine")
    await ben_says(scene, f"incident {quarantine.number}")
    await scene.deliver()
    assert any(f"#{quarantine.number} · nobody has it yet" in words(card) for card in of_ben(scene))


async def test_the_story_of_a_storm_shows_its_digest_within_two_minutes(tmp_path: Path) -> None:
    async with whole(tmp_path, story="storm", lag=Lag()) as scene:
        for _ in range(3):
            await scene.look(seconds=30)
        assert scene.clock() - scene.tenant.started < timedelta(minutes=2)
        (digest,) = digests(scene.teams.cards(general(scene.tenant)))
        assert "Too much at once" in words(digest)


async def test_what_happens_in_a_storm_comes_as_one_digest_that_lives_on(tmp_path: Path) -> None:
    async with whole(tmp_path, storm_cards=3) as scene:
        await scene.look()
        for at in range(8):
            scene.tenant.beat("fail", job="Plotter", code=f"TroubleOfKind{at}", count=1)
        await scene.look(seconds=60)
        here = scene.teams.cards(general(scene.tenant))
        (digest,) = digests(here)
        assert "Too much at once" in words(digest)
        assert "5 still open" in words(digest)
        assert problems(digest.card) == []
        assert sum("· nobody has it yet" in words(card) for card in here) == 3

        for at in range(8, 13):
            scene.tenant.beat("fail", job="Plotter", code=f"TroubleOfKind{at}", count=1)
        await scene.look(seconds=61)
        await scene.look(seconds=61)
        here = scene.teams.cards(general(scene.tenant))
        (digest,) = digests(here)
        assert "7 still open" in words(digest)

        first = min(each.number for each in await scene.incidents() if f"#{each.number}" in words(digest))
        await scene.say(f"incident {first}")
        await scene.deliver()
        assert any(f"#{first} · nobody has it yet" in words(card) for card in scene.teams.cards())
