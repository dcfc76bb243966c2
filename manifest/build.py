"""The app package that Teams takes: manifest.json, made from the commands, and two icons."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.model import CommandHelp

VERSION = "0.1.0"
MANIFEST_VERSION = "1.25"
"""New enough for all that is used here, and old enough for tenants and tools that lag behind."""

MOST_COMMANDS = 10
SCOPES = ("team", "groupChat", "personal")
ICONS = Path(__file__).parent / "icons"

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same commands make the same bytes


def manifest(app_id: str, domain: str, commands: Sequence[CommandHelp], version: str = VERSION) -> dict[str, Any]:
    """The manifest of a bot with this application id, reached at this host name. Raises ValueError with a sentence."""
    bot_id, host = _guid(app_id), _host(domain)
    about = f"https://{host}/about"
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{MANIFEST_VERSION}/MicrosoftTeams.schema.json",
        "manifestVersion": MANIFEST_VERSION,
        "version": _version(version),
        "id": bot_id,
        "developer": {"name": "Syncwatch", "websiteUrl": about, "privacyUrl": about, "termsOfUseUrl": about},
        "name": {"short": "Syncwatch", "full": "Syncwatch for Microsoft Entra provisioning"},
        "description": {
            "short": "Says what broke in Entra provisioning, why, and what to do.",
            "full": "Syncwatch watches the provisioning jobs of your Microsoft Entra tenant: cloud sync, HR, apps and "
            "other tenants. When objects fail or a job goes into quarantine it posts one card to the channels that "
            "watch: what broke since when, what it means, what to do. The card follows the incident until it is "
            "resolved. It is run by your own organisation. Teams gives it the messages that mention it and those of its "
            "own chats. Only if your administrator switches on READ_BACK does it also look through the newest messages of "
            "a channel or group chat, to see whether a card of its own arrived; what others wrote there is not kept.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#3B3A8F",
        "bots": [_bot(bot_id, commands)],
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "validDomains": [host],
    }


def _bot(bot_id: str, commands: Sequence[CommandHelp]) -> dict[str, Any]:
    return {
        "botId": bot_id,
        "scopes": list(SCOPES),
        "isNotificationOnly": False,
        "supportsFiles": False,
        "supportsCalling": False,
        "supportsVideo": False,
        "commandLists": [{"scopes": list(SCOPES), "commands": _listed(commands)}],
    }


def _listed(commands: Sequence[CommandHelp]) -> list[dict[str, str]]:
    """What Teams offers while somebody types; the rest is in help."""
    shown = [each for each in commands if not each.hidden][:MOST_COMMANDS]
    return [{"title": each.name[:32], "description": each.text.replace("`", "'")[:128]} for each in shown]


def package(app_id: str, domain: str, commands: Sequence[CommandHelp], version: str = VERSION) -> bytes:
    """The zip to upload to Teams. Raises ValueError with a sentence."""
    told = json.dumps(manifest(app_id, domain, commands, version), indent=2, ensure_ascii=False)
    parts = {name: (ICONS / name).read_bytes() for name in ("color.png", "outline.png")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {"manifest.json": told.encode("utf-8"), **parts}.items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write(app_id: str, domain: str, out: Path, commands: Sequence[CommandHelp]) -> Path:
    """Write the package to a file. Raises ValueError with a sentence."""
    packed = package(app_id, domain, commands)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(packed)
    except OSError as error:
        raise ValueError(f"The package cannot be written to {out}: {error.strerror}.") from None
    return out


def _guid(text: str) -> str:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise ValueError(
            f"The application id is a GUID such as 0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0, not '{text[:60]}'."
        ) from None


def _host(text: str) -> str:
    host = text.strip().lower()
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise ValueError(f"The domain is a bare host name such as bot.example.com, without scheme, port or path, not '{text[:60]}'.")  # fmt: skip
    return host


def _version(text: str) -> str:
    if not re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", text):
        raise ValueError(f"The version is three numbers such as 1.2.3, not '{text[:60]}'.")
    return text
