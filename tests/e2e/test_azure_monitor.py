"""Azure Monitor's alerts as living cards: over real HTTP, whatever comes twice, late, or the wrong way round."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from bot.model import State
from tests.e2e.cases.azure_alert import SECRET
from tests.support.azure_alerts import SAMPLES, delivery, log_v2, resolved
from tests.support.whole import Whole, cards_of, whole, words

AUDIENCE = "api://syncwatch"
SERIES, EPISODES, DELIVERIES = 200, 10, 10_000


async def hand_in(scene: Whole, bodies: Sequence[Any], at_once: int = 64) -> None:
    """As an action group does: several at a time, each until it is taken."""
    waiting = iter(bodies)

    async def one_after_another(group: aiohttp.ClientSession) -> None:
        for body in waiting:
            async with group.post(f"{scene.url}/api/alerts/{SECRET}", json=body) as answer:
                assert answer.status == 202, await answer.text()

    async with aiohttp.ClientSession() as group:
        await asyncio.gather(*(one_after_another(group) for _ in range(at_once)))


@pytest.mark.parametrize("kind", SAMPLES)
async def test_every_documented_kind_becomes_a_card(tmp_path: Path, kind: str) -> None:
    async with whole(tmp_path, alerts_secret=SECRET) as scene:
        await scene.look()
        await hand_in(scene, [SAMPLES[kind]()] * 2)
        assert scene.bot.alerted.is_set()
        await scene.look()
        (incident,) = await scene.incidents()
        (card,) = cards_of(scene, "Azure Monitor:")
        assert incident.alert.title in words(card)
        assert "Fired" in words(card)


async def test_a_secure_webhook_gets_in_by_its_token_alone(tmp_path: Path) -> None:
    async with whole(tmp_path, alerts_audience=AUDIENCE) as scene, httpx.AsyncClient() as group:

        async def post(path: str, audience: str) -> int:
            headers = {"Authorization": f"Bearer {scene.box.alert_token(audience)}"}
            return (await group.post(f"{scene.url}{path}", json=delivery(), headers=headers)).status_code

        assert await post("/api/alerts", AUDIENCE) == 202
        assert await post("/api/alerts", "api://another") == 401
        assert await post(f"/api/alerts/{SECRET}", AUDIENCE) == 401
        await scene.look()
        assert [each.alert.rule for each in await scene.incidents()] == ["azure_alert"]


async def test_without_settings_there_is_no_door(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene, httpx.AsyncClient() as group:
        assert (await group.post(f"{scene.url}/api/alerts/{SECRET}", json=delivery())).status_code == 404


async def test_it_is_acknowledged_in_chat_resolved_by_azure_and_comes_back(tmp_path: Path) -> None:
    async with whole(tmp_path, alerts_secret=SECRET) as scene:
        await scene.look()
        await hand_in(scene, [delivery()])
        await scene.look()
        await scene.say("ack 1")
        await hand_in(scene, [resolved(delivery())])
        await scene.look(seconds=60)
        card = cards_of(scene, "Azure Monitor:")[0]
        assert "Resolved" in words(card)
        await hand_in(scene, [delivery(number=2, firedDateTime="2026-11-21T09:00:00Z")])
        await scene.look(seconds=60)
        (incident,) = await scene.incidents()
        assert (incident.number, incident.reopened, incident.state) == (1, 1, State.OPEN)


def instance(series: int, episode: int) -> Any:
    return delivery(
        log_v2(dimensions=(("JobId", f"job-{series}"),)),
        number=series * 1_000 + episode,
        alertRule=f"Rule {series:03d}",
        firedDateTime=f"2026-11-20T{episode:02d}:00:00.1234567Z",
    )


async def behind(scene: Whole) -> int:
    async with scene.bot.store.look() as tx:
        return await tx.outbox.behind()


async def test_of_ten_thousand_deliveries_none_is_lost_and_none_doubled(tmp_path: Path) -> None:
    chance = random.Random(7)
    fired = {(s, e): instance(s, e) for s in range(SERIES) for e in range(EPISODES)}
    ended = {key for key in fired if key[1] < EPISODES - 1 or key[0] % 2}
    each = [*fired.values(), *(resolved(fired[key], f"2026-11-20T{key[1]:02d}:30:00Z") for key in ended)]
    repeated = [*each, *chance.choices(each, k=DELIVERIES - len(each))]
    chance.shuffle(repeated)
    async with whole(tmp_path, alerts_secret=SECRET, storm_cards=100_000) as scene:
        await scene.look()
        for part in range(0, DELIVERIES, 2_500):
            await hand_in(scene, repeated[part : part + 2_500])
            await scene.bot.watcher.judge()
        await scene.look()
        while await behind(scene):  # Teams' windows let sixty messages through in half a minute
            await scene.look(seconds=30)
        open_now = [incident.alert.title for incident in await scene.incidents()]
        assert sorted(open_now) == [f"Azure Monitor: Rule {s:03d}" for s in range(0, SERIES, 2)]
        for title in open_now:
            assert len(cards_of(scene, title)) == 1
        shown = [card for card in scene.teams.cards() if "Azure Monitor: Rule" in words(card)]
        assert len({card.id for card in shown}) == len(shown) <= SERIES
        await hand_in(scene, repeated[:500])
        await scene.look()
        assert [incident.alert.title for incident in await scene.incidents()] == open_now
