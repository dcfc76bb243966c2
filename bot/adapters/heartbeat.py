"""The one who listens to the heartbeat, such as healthchecks.io: a GET of its address is a beat."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.adapters import trust
from bot.ports import SourceDown

TIMEOUT = aiohttp.ClientTimeout(total=10)


async def beat(url: str, ca_file: Path | None = None) -> None:
    """Send a beat. Raises SourceDown; the address is a secret, and in no sentence."""
    pool = aiohttp.TCPConnector(ssl=trust.context(ca_file), force_close=True)
    try:
        async with (
            aiohttp.ClientSession(connector=pool, timeout=TIMEOUT, trust_env=True) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                raise SourceDown(f"HEARTBEAT_URL answered {answer.status}.")
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise SourceDown(f"HEARTBEAT_URL could not be reached: {type(error).__name__}.") from None
