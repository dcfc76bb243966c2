"""Settings that are right each by itself and do not fit together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from bot.settings.values import LOOPBACK

if TYPE_CHECKING:
    from bot.settings import Settings

Misfit = Callable[["Settings"], str]
"""What is wrong, or "" where nothing is."""


def misfits(settings: Settings, wrong: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each setting with why it does not fit another one; what is `wrong` by itself is held against nothing."""
    for name, other, misfit in _MISFITS:
        if not {name, other} & set(wrong) and (said := misfit(settings)):
            yield name, said


def _no_workspace(settings: Settings, named: Collection[str]) -> str:
    if "log_analytics" in named and not settings.workspace_id:
        return "log_analytics is named, so WORKSPACE_ID must say which workspace to read"
    return ""


def _overheard(settings: Settings) -> str:
    if settings.smtp_security == "none" and settings.smtp_host and settings.smtp_host not in LOOPBACK:
        return "none is for a server on this machine; insecure says that others may read along"
    return ""


def _sign_in_overheard(settings: Settings) -> str:
    if settings.smtp_username and settings.smtp_security == "insecure":
        return "its sign-in would be there for others to read; SMTP_SECURITY must not be insecure with it"
    return ""


def _nobodys(settings: Settings) -> str:
    return "SMTP_USERNAME must say whose it is" if settings.smtp_password and not settings.smtp_username else ""


def _half(settings: Settings) -> str:
    half = bool(settings.smtp_host) != bool(settings.smtp_from)
    return "SMTP_HOST and SMTP_FROM are set both or neither" if half else ""


_MISFITS: tuple[tuple[str, str, Misfit], ...] = (
    ("sources", "workspace_id", lambda settings: _no_workspace(settings, settings.sources)),
    ("audits", "workspace_id", lambda settings: _no_workspace(settings, (settings.audits,))),
    ("smtp_security", "smtp_host", _overheard),
    ("smtp_username", "smtp_security", _sign_in_overheard),
    ("smtp_password", "smtp_username", _nobodys),
    ("smtp_from", "smtp_host", _half),
)
