"""One incident, told to a channel, a mailbox, a ticket desk and a webhook, as a file of routes arranges it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.ports import BadSettings
from tests.support.mail import Mailroom, mailroom
from tests.support.receivers import Server, basic
from tests.support.servicenow_like import ServiceNowLike
from tests.support.whole import Whole, cards_of, whole

FILE = """
[webhooks.desk]
kind = "servicenow"
url = "{desk}"
user = "syncwatch"
secret = "env:DESK_SECRET"

[webhooks.own]
kind = "generic"
url = "{own}/hook"
secret = "env:OWN_SECRET"

[[routes]]
to = ["webhook:desk", "webhook:own", "mailto:iam@contoso.com"]
jobs = ["Plotter*"]

[fallback]
to = ["mailto:everything-else@contoso.com"]
"""
SECRETS = {"DESK_SECRET": "desk-password", "OWN_SECRET": "Open-Sesame-4711-and-more-0123456"}


def desk() -> ServiceNowLike:
    return ServiceNowLike(basic("syncwatch", SECRETS["DESK_SECRET"]))


class Stage:
    """The bot, and the three it tells."""

    scene: Whole
    post: Mailroom
    desk: ServiceNowLike
    own: Server

    async def enter(self, folder: Path, held: AsyncExitStack) -> Stage:
        self.post, self.desk, self.own = await held.enter_async_context(mailroom()), desk(), Server()
        for each in (self.desk, self.own):
            await held.enter_async_context(each.running())
        file = folder / "routes.toml"
        file.write_text(FILE.format(desk=self.desk.url, own=self.own.url))
        self.scene = await held.enter_async_context(
            whole(
                folder,
                routes=file,
                webhook_allow="127.0.0.1",
                smtp_host="127.0.0.1",
                smtp_port=self.post.port,
                smtp_security="none",
                smtp_from="Syncwatch <syncwatch@contoso.com>",
            )
        )
        return self


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    async with AsyncExitStack() as held:
        yield await Stage().enter(tmp_path, held)


async def test_an_incident_is_told_to_all_whom_its_route_names_until_it_is_over(stage: Stage) -> None:
    scene = stage.scene
    scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=6)
    await scene.look()
    await scene.pass_by(minutes=15)
    (incident,) = [each for each in await scene.incidents() if each.alert.rule == "failing_objects"]
    assert cards_of(scene, incident.alert.title), "General watches everything"
    first = [each for each in stage.post.arrived if "In-Reply-To" not in each.mail]
    assert {each.mail["To"] for each in first} == {"iam@contoso.com"}
    assert len(stage.desk.records) == len(first)
    opened = [call.json for call in stage.own.heard if call.json["event"] == "opened"]
    assert incident.number in {each["incident"]["number"] for each in opened}
    scene.tenant.beat("recover", job="Plotter")
    await scene.pass_by(minutes=60)
    assert {each["state"] for each in stage.desk.records.values()} == {"6"}
    assert "resolved" in {call.json["event"] for call in stage.own.heard}
    assert [each for each in stage.post.arrived if "In-Reply-To" in each.mail], "the thread goes on"


async def test_what_no_route_of_the_file_names_stays_out_of_their_way(stage: Stage) -> None:
    stage.scene.tenant.beat("fail", job="Slack", code="MandatoryFieldsMissing", count=6)
    await stage.scene.look()
    await stage.scene.pass_by(minutes=15)
    assert cards_of(stage.scene, "Slack")
    assert (stage.post.arrived, stage.desk.records, stage.own.heard) == ([], {}, [])


async def test_mail_without_a_server_is_refused_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "routes.toml"
    file.write_text('[fallback]\nto = ["mailto:iam@contoso.com"]\n')
    with pytest.raises(BadSettings, match="SMTP_HOST must name a mail server"):
        async with whole(tmp_path, routes=file):
            pass


async def test_a_webhook_into_the_own_network_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_SECRET", SECRETS["OWN_SECRET"])
    file = tmp_path / "routes.toml"
    file.write_text(
        '[webhooks.own]\nkind = "generic"\nurl = "https://169.254.169.254/latest"\nsecret = "env:OWN_SECRET"\n'
    )
    with pytest.raises(BadSettings, match="own"):
        async with whole(tmp_path, routes=file):
            pass
