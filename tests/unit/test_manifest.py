"""The app package is one that Teams takes: by Microsoft's own schema, by its limits, and with icons of the right kind."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bot.model import CommandHelp, Role
from cards.help import COMMANDS
from manifest.about import ABOUT
from manifest.build import ICONS, manifest, package, write
from sandbox.node import node

APP = "0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"
HOST = "bot.example.com"
CHECK = Path(__file__).parents[1] / "support" / "check_manifest.js"


def against_microsofts_schema(made: dict[str, Any]) -> list[str]:
    ran = subprocess.run([node(), str(CHECK)], input=json.dumps(made).encode("utf-8"), capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")
    return cast("list[str]", json.loads(ran.stdout))


def test_microsofts_schema_takes_the_manifest() -> None:
    assert against_microsofts_schema(manifest(APP, HOST, COMMANDS)) == []


def test_microsofts_schema_would_refuse_a_wrong_one() -> None:
    made = manifest(APP, HOST, COMMANDS)

    assert against_microsofts_schema({**made, "accentColor": "violet"})
    assert against_microsofts_schema({**made, "bots": [{**made["bots"][0], "scopes": ["everywhere"]}]})


def test_it_says_of_which_messages_it_knows_also_with_read_back() -> None:
    for said in (manifest(APP, HOST, COMMANDS)["description"]["full"], " ".join(ABOUT.split())):
        assert "READ_BACK" in said
        assert "newest messages of a channel or group chat" in said
        assert "reads no messages" not in said


def test_it_keeps_the_limits_that_a_schema_does_not_tell() -> None:
    made = manifest(APP, HOST, COMMANDS)

    assert len(made["name"]["short"]) <= 30
    assert len(made["name"]["full"]) <= 100
    assert len(made["description"]["short"]) <= 80
    assert len(made["description"]["full"]) <= 4000
    assert len(made["developer"]["name"]) <= 32
    assert all(made["developer"][each].startswith("https://") for each in ("websiteUrl", "privacyUrl", "termsOfUseUrl"))
    assert made["bots"][0]["scopes"] == ["team", "groupChat", "personal"]
    assert made["defaultInstallScope"] == "team"
    assert made["validDomains"] == [HOST]


def test_the_bot_asks_for_no_right_to_read_what_is_not_said_to_it() -> None:
    told = json.dumps(manifest(APP, HOST, COMMANDS))

    assert "authorization" not in told
    assert "ChannelMessage" not in told


def test_its_commands_are_the_bots_commands() -> None:
    hidden = CommandHelp(name="confirm", usage="confirm <token>", text="Confirm.", role=Role.READER, hidden=True)
    listed = manifest(APP, HOST, [hidden, *COMMANDS])["bots"][0]["commandLists"][0]["commands"]

    assert [each["title"] for each in listed] == [each.name for each in COMMANDS]
    assert listed[1]["description"] == COMMANDS[1].text


def test_of_many_long_commands_as_many_are_listed_as_teams_shows() -> None:
    many = [CommandHelp(name=f"c{at}" * 20, usage="", text="x" * 999, role=Role.READER) for at in range(40)]
    made = manifest(APP, HOST, many)

    assert len(made["bots"][0]["commandLists"][0]["commands"]) == 10
    assert against_microsofts_schema(made) == []


def test_the_package_opens_and_holds_what_it_names() -> None:
    with zipfile.ZipFile(io.BytesIO(package(APP, HOST, COMMANDS))) as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == ["color.png", "manifest.json", "outline.png"]
        made = json.loads(packed.read("manifest.json"))

    assert made == manifest(APP, HOST, COMMANDS)
    assert package(APP, HOST, COMMANDS) == package(APP, HOST, COMMANDS), "the same commands make the same bytes"


def test_the_icons_are_of_the_right_size_and_the_outline_is_white_on_nothing() -> None:
    with Image.open(ICONS / "color.png") as colour, Image.open(ICONS / "outline.png") as outline:
        assert (colour.format, colour.size) == ("PNG", (192, 192))
        assert (outline.format, outline.size, outline.mode) == ("PNG", (32, 32), "RGBA")
        channels = [outline.getchannel(each) for each in "RGBA"]
        assert [each.getextrema() for each in channels] == [(255, 255), (255, 255), (255, 255), (0, 255)]


@pytest.mark.parametrize("app_id", ["", "syncwatch", "0b1c2d3e", f"{APP}0"])
def test_an_application_id_is_a_guid(app_id: str) -> None:
    with pytest.raises(ValueError, match="application id is a GUID such as"):
        manifest(app_id, HOST, COMMANDS)


@pytest.mark.parametrize(
    "domain",
    ["", "https://bot.example.com", "bot.example.com:443", "bot.example.com/api", "localhost", "10.0.0.1", "a b.com",
     "-x.com", "*.example.com", "user@example.com", "x" * 64 + ".com", "bot..com", "example.com\n.evil"],
)  # fmt: skip
def test_a_domain_is_a_bare_host_name(domain: str) -> None:
    with pytest.raises(ValueError, match="bare host name such as"):
        manifest(APP, domain, COMMANDS)


def test_ids_and_hosts_are_written_in_one_way() -> None:
    made = manifest(f" {APP.upper()} ", "BOT.Example.COM", COMMANDS)

    assert (made["id"], made["bots"][0]["botId"], made["validDomains"]) == (APP, APP, [HOST])


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-beta"])
def test_a_version_is_three_numbers(version: str) -> None:
    with pytest.raises(ValueError, match="three numbers"):
        manifest(APP, HOST, COMMANDS, version)


def test_it_is_written_to_a_file_whose_folder_need_not_be_there(tmp_path: Path) -> None:
    out = write(APP, HOST, tmp_path / "dist" / "app.zip", COMMANDS)

    assert zipfile.is_zipfile(out)
    with pytest.raises(ValueError, match="cannot be written"):
        write(APP, HOST, tmp_path, COMMANDS)


def test_the_page_that_the_manifest_names_says_what_is_kept() -> None:
    assert "What it keeps" in ABOUT
    assert "Terms of use" in ABOUT
