"""The whole bot on a new database counts its incidents from 1 again: whoever was told by the old one can tell them apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.adapters.store.migrate import upgrade
from tests.e2e.test_webhooks_whole import Outside
from tests.support.mail import Mailroom, mailroom
from tests.support.receivers import Heard, Upset
from tests.support.tenant_box import Dial
from tests.support.whole import Whole, whole
from tests.unit.test_migrations import on

MAILED = """
[[routes]]
to = "mailto:desk@contoso.example"
rules = ["failing_objects"]
"""


class Everybody(Outside):
    """Receivers of every kind, with `room` for mail, and the `settings` by which they are told."""

    room: Mailroom
    settings: dict[str, Any]

    @property
    def opened(self) -> list[Heard]:
        return [call for call in self.own.server.heard if call.json["event"] == "opened"]


@asynccontextmanager
async def everybody(folder: Path) -> AsyncGenerator[Everybody]:
    made = Everybody()
    async with AsyncExitStack() as held:
        made.room = await held.enter_async_context(mailroom())
        for server in made.servers:
            await held.enter_async_context(server.running())
        routes = made.file(folder)
        routes.write_text(routes.read_text("utf-8") + MAILED, "utf-8")
        made.settings = {"routes": routes, "webhook_allow": "127.0.0.1", "smtp_host": "127.0.0.1"}
        made.settings |= {"smtp_port": made.room.port, "smtp_security": "none", "smtp_from": "bot@contoso.example"}
        yield made


async def breaks(scene: Whole) -> None:
    await scene.look()
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    assert [each.number for each in await scene.incidents() if each.alert.rule == "failing_objects"] == [1]


async def test_the_first_incident_of_a_new_database_is_another_one_and_a_restart_changes_no_key(tmp_path: Path) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    clock, another = Dial(start), f"sqlite:///{tmp_path / 'another.db'}"
    async with everybody(tmp_path) as told:
        for server in told.servers:
            server.next = [Upset(works=True, status=503, headers={"Retry-After": "300"})]
        async with whole(tmp_path, clock=clock, **told.settings) as scene:
            await breaks(scene)
        assert [len(server.heard) for server in told.servers] == [1, 1, 1], "the rest is left to the next start"
        clock.turn(seconds=600)
        async with whole(tmp_path, clock=clock, **told.settings) as scene:
            await scene.deliver()
        async with whole(tmp_path, clock=Dial(start), database_url=another, **told.settings) as scene:
            await breaks(scene)

    first, repeated, second = [(call.headers["Syncwatch-Delivery"], call.json["key"]) for call in told.opened]
    assert first == repeated
    assert not set(first) & set(second)
    assert told.own.states() == ["open", "open"]
    assert len({record["correlation_id"] for record in told.desk.records.values()}) == len(told.desk.records) == 2
    assert (len(told.pager.alerts), told.pager.pages) == (2, 2)
    assert len({each.mail["Message-ID"] for each in told.room.arrived}) == len(told.room.arrived) == 2


async def test_a_database_of_before_there_were_marks_keeps_the_keys_that_it_had(tmp_path: Path) -> None:
    await on(f"sqlite:///{tmp_path / 'bot.db'}", partial(upgrade, to="0011"))
    async with everybody(tmp_path) as told, whole(tmp_path, **told.settings) as scene:
        await breaks(scene)
        key = f"syncwatch:{scene.tenant.app_id}:1"

    assert [call.json["key"] for call in told.opened] == [key]
    assert [record["correlation_id"] for record in told.desk.records.values()] == [key]
    assert list(told.pager.alerts) == [key]
