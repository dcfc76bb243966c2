"""Azure Monitor's door put together, where the settings open it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.ports import Clock

if TYPE_CHECKING:
    from bot.adapters.azure_monitor import AlertDoor
    from bot.adapters.store import Store
    from bot.settings import Settings


def alerts(
    settings: Settings, store: Store, now: Clock, heard: Callable[[], None], held: AsyncExitStack
) -> AlertDoor | None:
    """The door, or None where neither a secret nor an audience is set; `heard` is called after something new came."""
    secret = settings.alerts_secret.get_secret_value() if settings.alerts_secret else ""
    if not secret and not settings.alerts_audience:
        return None
    from bot.adapters import trust
    from bot.adapters.azure_monitor import AlertDoor
    from bot.adapters.azure_monitor.auth import Secret, Tokens
    from bot.adapters.teams.connector import Http
    from bot.adapters.teams.keys import Keys
    from bot.alert_keeping import AlertKeeper

    http = Http(trust.context(settings.ca_file))
    held.push_async_callback(http.close)
    authority = f"{settings.login_url.rstrip('/')}/{settings.tenant_id}"
    metadata = f"{authority}/v2.0/.well-known/openid-configuration"
    tokens = Tokens(
        tenant_id=settings.tenant_id,
        audience=settings.alerts_audience,
        sender=settings.alerts_sender,
        issuers=(f"https://sts.windows.net/{settings.tenant_id}/", f"{authority}/v2.0"),
        keys=Keys(metadata, http.fetch, now, of="what Entra vouches for"),
        clock=now,
    )
    return AlertDoor(secret=Secret(secret), tokens=tokens, keep=AlertKeeper(store, heard).keep, now=now)
