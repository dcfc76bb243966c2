"""The whole bot with a routes file: what breaks in the tenant is a signed call, a ticket and an alert, and is over there too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.ports import BadSettings
from tests.support.hooks import ROUTING_KEY, SECRET, AtGeneric
from tests.support.receivers import PagerDutyLike, Server, Upset, basic
from tests.support.servicenow_like import ServiceNowLike
from tests.support.whole import Whole, whole, words

ROUTES = """
[webhooks.own]
kind = "generic"
url = "{own}/in"
secret = "file:{secret}"

[webhooks.desk]
kind = "servicenow"
url = "{desk}"
user = "syncwatch"
secret = "file:{secret}"

[webhooks.pager]
kind = "pagerduty"
url = "{pager}/v2/enqueue"
secret = "file:{key}"

[[routes]]
to = ["webhook:own", "webhook:desk", "webhook:pager"]
rules = ["failing_objects"]
"""


class Outside:
    """The receivers, and the file that names them."""

    def __init__(self) -> None:
        self.own, self.pager = AtGeneric(), PagerDutyLike(ROUTING_KEY)
        self.desk = ServiceNowLike(basic("syncwatch", SECRET))

    @property
    def servers(self) -> list[Server]:
        return [self.own.server, self.desk, self.pager]

    def file(self, folder: Path) -> Path:
        (folder / "secret").write_text(f"{SECRET}\n", "utf-8")
        (folder / "key").write_text(ROUTING_KEY, "utf-8")
        places = {"own": self.own.server.url, "desk": self.desk.url, "pager": self.pager.url}
        secrets = {name: (folder / name).as_posix() for name in ("secret", "key")}
        (folder / "routes.toml").write_text(ROUTES.format(**places, **secrets), "utf-8")
        return folder / "routes.toml"


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    made = Outside()
    async with AsyncExitStack() as held:
        for server in made.servers:
            await held.enter_async_context(server.running())
        yield made


async def state(scene: Whole, outside: Outside) -> tuple[list[str], list[str], list[str]]:
    desk = [record["state"] for record in outside.desk.records.values()]
    return outside.own.states(), desk, list(outside.pager.alerts.values())


async def test_what_breaks_is_told_everywhere_and_is_over_there_too(outside: Outside, tmp_path: Path) -> None:
    routes = outside.file(tmp_path)
    async with whole(tmp_path, routes=routes, webhook_allow="127.0.0.1") as scene:
        await scene.look()
        for server in outside.servers:
            server.next = [Upset(lost=True)]
        scene.tenant.beat("proxy_conflict", count=3)
        for _ in range(5):
            await scene.look(seconds=60)
        assert await state(scene, outside) == (["open"], ["1"], ["triggered"])
        (incident,) = [each for each in await scene.incidents() if each.alert.rule == "failing_objects"]
        await scene.say(f"ack {incident.number}")
        await scene.deliver()
        assert await state(scene, outside) == (["acknowledged"], ["2"], ["acknowledged"])
        scene.tenant.beat("recover", job="AD2AADProvisioning")
        for _ in range(5):
            await scene.look(seconds=60)
        assert await state(scene, outside) == (["resolved"], ["6"], ["resolved"])
        assert outside.pager.pages == 1


async def test_a_webhook_that_is_added_to_the_file_is_called_without_a_restart(
    outside: Outside, tmp_path: Path
) -> None:
    routes = outside.file(tmp_path)
    text, others = routes.read_text("utf-8"), 'to = ["webhook:own", "webhook:desk", "webhook:pager"]'
    routes.write_text(
        text.replace(others, 'to = "webhook:own"').replace("[webhooks.pager]", "[webhooks.later]"), "utf-8"
    )
    async with whole(tmp_path, routes=routes, webhook_allow="127.0.0.1") as scene:
        assert scene.bot.rereading is not None
        await scene.look()
        scene.tenant.beat("proxy_conflict", count=3)
        await scene.look(seconds=60)
        assert await state(scene, outside) == (["open"], [], [])
        routes.write_text(text, "utf-8")
        await scene.bot.rereading.look()
        await scene.deliver()
        assert await state(scene, outside) == (["open"], ["1"], ["triggered"]), "what is open comes there, once"
        scene.tenant.beat("recover", job="AD2AADProvisioning")
        for _ in range(5):
            await scene.look(seconds=60)
        assert await state(scene, outside) == (["resolved"], ["6"], ["resolved"])


async def test_a_webhook_that_is_gone_for_a_while_is_told_of_until_an_operator_opens_it_and_then_hears_all_once(
    outside: Outside, tmp_path: Path
) -> None:
    async with whole(tmp_path, routes=outside.file(tmp_path), webhook_allow="127.0.0.1") as scene:
        await scene.look()
        scene.tenant.beat("proxy_conflict", count=3)
        for at in range(4):
            scene.tenant.beat("fail", job="Plotter", code=f"TroubleOfKind{at}", count=1)
        await scene.look(seconds=60)
        told = len(outside.own.states())
        outside.own.server.next = [Upset(status=410)] * 50
        for each in await scene.incidents():
            await scene.say(f"ack {each.number}")
        await scene.look(seconds=60)
        assert told > 1
        for line in ("undelivered", "doctor", "routes"):
            assert "The bot goes on after undelivered retry all" in words(await scene.say(line))
        outside.own.server.heard.clear()
        outside.own.server.next.clear()
        await scene.teams.press(await scene.say("undelivered retry all"), "confirm")
        await scene.look(seconds=60)
        assert outside.own.states() == ["acknowledged"] * told
        ids = [each.headers["Syncwatch-Delivery"] for each in outside.own.server.heard]
        assert len(ids) == len(set(ids)), "nothing comes twice"
        assert "Everything has been delivered." in words(await scene.say("undelivered"))


async def test_an_address_inside_is_told_at_the_start(outside: Outside, tmp_path: Path) -> None:
    routes = outside.file(tmp_path)
    with pytest.raises(BadSettings, match="only if WEBHOOK_ALLOW names it") as caught:
        async with whole(tmp_path, routes=routes):
            pass
    assert SECRET not in str(caught.value)
