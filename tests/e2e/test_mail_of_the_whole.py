"""The whole bot tells an address that the file of ROUTES names, and its check-up says whether mail can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.model import Grade
from bot.ports import BadSettings
from tests.support.mail import Mailroom, mailroom
from tests.support.whole import Whole, whole

ROUTES = """
[[routes]]
to = "mailto:desk@contoso.example"
"""


def settings(room: Mailroom, folder: Path, **more: Any) -> dict[str, Any]:
    (folder / "routes.toml").write_text(ROUTES, "utf-8")
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": room.port,
        "smtp_security": "none",
        "smtp_from": "Syncwatch <bot@contoso.example>",
        "routes": folder / "routes.toml",
    } | more


async def mail_check(scene: Whole) -> list[tuple[Grade, str]]:
    return [(each.grade, each.text) for each in await scene.bot.examine() if each.topic == "Mail"]


async def test_what_happens_in_the_tenant_arrives_as_a_thread_of_mails(tmp_path: Path) -> None:
    async with mailroom() as room, whole(tmp_path, **settings(room, tmp_path)) as scene:
        scene.tenant.beat("credential_expires", job="Workday")
        await scene.look(seconds=60)
        (number,) = [each.number for each in await scene.incidents() if each.alert.rule == "quarantine"]
        await scene.say(f"ack {number}")
        await scene.deliver()

    mine = [each.mail for each in room.arrived if each.mail["X-Syncwatch-Incident"] == str(number)]
    assert [mail["To"] for mail in mine] == ["desk@contoso.example"] * 2
    assert "is in quarantine" in mine[0]["Subject"]
    assert (mine[1]["Subject"], mine[1]["References"]) == (f"Re: {mine[0]['Subject']}", mine[0]["Message-ID"])
    assert len({each.mail["Message-ID"] for each in room.arrived}) == len(room.arrived)


async def test_the_check_up_says_whether_mail_can_be_sent_and_sends_none(tmp_path: Path) -> None:
    async with mailroom() as room:
        async with whole(tmp_path, **settings(room, tmp_path)) as scene:
            assert await mail_check(scene) == [
                (Grade.WELL, "127.0.0.1 takes mail from Syncwatch <bot@contoso.example>.")
            ]
        async with whole(tmp_path, **settings(room, tmp_path, smtp_security="starttls")) as scene:
            told = "The mail server offers no STARTTLS: see SMTP_SECURITY and SMTP_PORT."
            assert await mail_check(scene) == [(Grade.FAULT, told)]

    assert room.arrived == []


async def test_an_address_without_a_mail_server_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    async with mailroom() as room:
        given = settings(room, tmp_path, smtp_host="", smtp_from="")
        with pytest.raises(BadSettings, match="SMTP_HOST"):
            async with whole(tmp_path, **given):
                pass
