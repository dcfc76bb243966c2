"""While nobody watched, things happened: afterwards one card says from when to when, and what was caught up with."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.faults import Fault
from sandbox.home import free_port
from tests.support.whole import Whole, cards_of, whole, words


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path, away_minutes=5) as everything:
        yield everything


def notices(scene: Whole) -> list[str]:
    return [words(card) for card in cards_of(scene, "was away")]


async def test_a_first_start_and_looks_at_their_time_are_no_absence(scene: Whole) -> None:
    await scene.look()
    for _ in range(5):
        await scene.look(seconds=60)
    assert notices(scene) == []


async def test_after_an_outage_one_card_tells_what_was_missed(scene: Whole) -> None:
    await scene.look()
    scene.tenant.beat("fail", job="Plotter", code="Unheard0001", count=3)
    scene.clock.turn(minutes=90)
    await scene.look()
    (said,) = notices(scene)
    assert "away for 1 h 30 min" in said
    assert "Unheard0001" in said
    assert "1 new incident" in said
    for _ in range(3):
        await scene.look(seconds=60)
    assert len(notices(scene)) == 1


async def test_it_is_told_once_every_source_was_read_to_its_end(scene: Whole) -> None:
    await scene.look()
    scene.clock.turn(minutes=40)
    scene.faults.add(Fault(area="logs", kind="status", status=503, times=0))
    await scene.look()
    assert notices(scene) == []
    scene.faults.clear()
    await scene.look(seconds=120)
    (said,) = notices(scene)
    assert "away for 40 min" in said


# --- The dead man's switch ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def listener(beats: list[str], *, status: int = 200) -> AsyncGenerator[str]:
    """One who listens to the heartbeat: the address of its check."""

    async def heard(request: web.Request) -> web.Response:
        beats.append(request.path)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/ping/{check}", heard)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/ping/a-secret-check"
    finally:
        await runner.cleanup()


async def beat(scene: Whole) -> None:
    assert scene.bot.heartbeat is not None
    await scene.bot.heartbeat.beat()


async def test_the_heart_beats_while_the_bot_watches_and_stops_when_it_does_not(tmp_path: Path) -> None:
    beats: list[str] = []
    async with listener(beats) as url, whole(tmp_path, heartbeat_url=url) as scene:
        await beat(scene)
        assert beats == [], "nothing was looked at yet"
        await scene.look()
        await beat(scene)
        assert len(beats) == 1
        scene.clock.turn(minutes=5)
        await beat(scene)
        assert len(beats) == 1, "the watch stands still"
        await scene.look()
        await beat(scene)
        assert len(beats) == 2


async def test_the_heart_stops_once_no_log_could_be_read_for_too_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    beats: list[str] = []
    async with listener(beats) as url, whole(tmp_path, heartbeat_url=url) as scene:
        await scene.look()
        scene.faults.add(Fault(area="logs", kind="status", status=503, times=0))
        for _ in range(5):
            await scene.look(seconds=30)
            await beat(scene)
        assert len(beats) == 2, "a look that fails is no reason yet, and a minute of them is"
        said = [record.getMessage() for record in caplog.records if record.name == "bot.heartbeat"]
        assert said == ["no heartbeat: log_analytics could not be read for too long."]
        scene.faults.clear()
        await scene.look(seconds=120)
        await beat(scene)
        assert len(beats) == 3


async def test_the_heart_stops_while_nothing_that_the_bot_says_gets_out(tmp_path: Path) -> None:
    beats: list[str] = []
    async with listener(beats) as url, whole(tmp_path, heartbeat_url=url) as scene:
        await scene.look()
        scene.faults.add(Fault(area="door", kind="status", status=503, times=0))
        scene.tenant.beat("fail", job="Plotter", code="Unheard0001", count=3)
        for _ in range(14):
            scene.clock.turn(minutes=1)
            await scene.bot.watcher.tick()
            await scene.bot.deliverer.deliver()
        await beat(scene)
        assert beats == [], "what happened has reached nobody for more than ten minutes"
        scene.faults.clear()
        for _ in range(12):
            await scene.look(seconds=60)
        await beat(scene)
        assert len(beats) == 1


async def test_a_listener_that_fails_is_one_line_in_the_log_without_its_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listener([], status=404) as url, whole(tmp_path, heartbeat_url=url) as scene:
        await scene.look()
        await beat(scene)
        await beat(scene)
    said = [record.getMessage() for record in caplog.records if record.name == "bot.heartbeat"]
    assert said == ["no heartbeat: HEARTBEAT_URL answered 404."]
    assert "a-secret-check" not in caplog.text


async def test_a_bot_without_a_listener_has_no_heartbeat(scene: Whole) -> None:
    assert scene.bot.heartbeat is None
