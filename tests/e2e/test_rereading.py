"""A bot that runs notices that the file of ROUTES was changed, and loses nothing that waits for what it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession
from msgspec.structs import replace

from bot import notify, serving
from bot.settings import Read, Settings
from sandbox.home import free_port
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.hooks import SECRET, AtGeneric
from tests.support.receivers import Upset
from tests.support.until import until
from tests.support.whole import Whole, whole

FILE = """
[webhooks.own]
url = "{url}"
secret = "file:{secret}"

[[routes]]
to = "webhook:own"
rules = ["failing_objects"]
"""


async def says(port: int, line: str) -> None:
    """Wait for a line of /metrics."""

    async def said() -> bool:
        with suppress(ClientError):
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                return line in await answer.text()
        return False

    async with ClientSession() as session:
        assert await until(said)


async def test_a_mistake_in_a_changed_file_is_in_the_metrics_until_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "ROUTES_SECONDS", 0.01)
    file, port = tmp_path / "routes.toml", free_port()
    file.write_text("", "utf-8")
    async with Sandbox(Tenant(story="quiet"), folder=tmp_path) as box:
        given = {name.lower(): value for name, value in box.environment().items()}
        given |= {
            "routes": str(file),
            "port": str(port),
            "host": "127.0.0.1",
            "database_url": f"sqlite:///{tmp_path}/b.db",
        }
        settings = Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]
        bot = asyncio.create_task(serving.serve(Read(settings=settings)))
        try:
            await says(port, "syncwatch_config_last_reload_successful 1.0")
            file.write_text('[[routes]]\nto = "nobody"\n', "utf-8")
            await says(port, "syncwatch_config_last_reload_successful 0.0")
            file.write_text('[[routes]]\nto = "19:somewhere@thread.tacv2"\n', "utf-8")
            await says(port, "syncwatch_config_last_reload_successful 1.0")
        finally:
            bot.cancel()
            with suppress(asyncio.CancelledError):
                await bot


class Own:
    """A webhook, and the file that names it."""

    def __init__(self, folder: Path) -> None:
        self.at, self.folder, self.path = AtGeneric(), folder, folder / "routes.toml"

    def save(self, *, named: bool = True, secret: str = SECRET, more: str = "") -> None:
        """Put a new file in the old one's place, as is to be done."""
        kept, new = self.folder / "secret", self.folder / "new.toml"
        kept.write_text(secret, "utf-8")
        text = FILE.format(url=self.at.server.url, secret=kept.as_posix()) if named else ""
        new.write_text(text + more, "utf-8")
        new.replace(self.path)

    def refuse(self, status: int) -> None:
        """Whatever is sent from now on."""
        self.at.server.next = [Upset(status=status)] * 50


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Own]:
    made = Own(tmp_path)
    async with made.at.server.running():
        made.save()
        yield made


async def reread(scene: Whole) -> None:
    assert scene.bot.rereading is not None
    await scene.bot.rereading.look()
    await scene.deliver()


async def given_up(scene: Whole) -> int:
    async with scene.bot.store.look() as tx:
        return len(await tx.told.unreported())


async def test_what_waits_for_a_webhook_arrives_though_the_file_did_not_name_it_for_a_minute(
    own: Own, tmp_path: Path
) -> None:
    async with whole(tmp_path, routes=own.path, webhook_allow="127.0.0.1") as scene:
        await scene.look()
        own.save(named=False)
        scene.tenant.beat("proxy_conflict", count=3)
        scene.clock.turn(seconds=60)
        await scene.bot.watcher.tick()
        await reread(scene)
        scene.clock.turn(seconds=60)
        await scene.deliver()
        assert (own.at.states(), await given_up(scene)) == ([], 0)
        own.save()
        await reread(scene)
        scene.clock.turn(seconds=150)
        await scene.deliver()
        assert (own.at.states(), await given_up(scene)) == (["open"], 0)


async def test_what_was_refused_for_a_wrong_secret_arrives_once_the_secret_is_mended(own: Own, tmp_path: Path) -> None:
    async with whole(tmp_path, routes=own.path, webhook_allow="127.0.0.1") as scene:
        await scene.look()
        own.save(secret=f"wrong-{SECRET}")
        await reread(scene)
        own.refuse(401)
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        assert await given_up(scene) == 1
        before = len(own.at.server.heard)
        own.at.server.next = []
        own.save()
        await reread(scene)
        (told,) = own.at.server.heard[before:]
        assert told.json["event"] == "opened"


async def test_a_webhook_that_was_closed_is_opened_by_every_new_file_and_by_no_look_at_the_old_one(
    own: Own, tmp_path: Path
) -> None:
    async with whole(tmp_path, routes=own.path, webhook_allow="127.0.0.1") as scene:
        await scene.look()
        await reread(scene)
        own.refuse(410)
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        own.at.server.next = []
        before = len(own.at.server.heard)
        for _ in range(3):
            await reread(scene)
        assert len(own.at.server.heard) == before
        own.save()
        await reread(scene)
        assert [each.json["event"] for each in own.at.server.heard[before:]] == ["opened"]
        assert await owed(scene) == []


async def owed(scene: Whole) -> list[tuple[str, int]]:
    async with scene.bot.store.look() as tx:
        return [(each.state, each.count) for each in await tx.owing.all()]


async def test_a_webhook_that_stays_as_it_is_is_told_nothing_again_though_another_one_is_new(
    own: Own, tmp_path: Path
) -> None:
    async with whole(tmp_path, routes=own.path, webhook_allow="127.0.0.1") as scene:
        await scene.look()
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        assert own.at.states() == ["open"]
        own.save(more=f'[webhooks.other]\nurl = "{own.at.server.url}/other"\nsecret = "file:{tmp_path / "secret"}"\n')
        await reread(scene)
        (incident,) = await scene.incidents()
        async with scene.bot.store.begin() as tx:
            await notify.edit(tx, [replace(incident, revision=incident.revision + 1)])
        scene.clock.turn(seconds=60)
        await scene.deliver()
        async with scene.bot.store.look() as tx:
            assert await tx.outbox.behind() == 0
        assert [each.json["event"] for each in own.at.server.heard] == ["opened"]
