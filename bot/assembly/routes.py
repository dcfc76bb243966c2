"""Routes put together: those of the file that ROUTES names, and what the routes of chat are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.routes import Routes, rule_names

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store import Store
    from bot.kqlwatch import KqlWatch
    from bot.model.routes import Arranged
    from bot.settings import Settings


async def routes(settings: Settings, store: Store, kql: KqlWatch | None, now: datetime) -> Routes:
    """Who hears of what; the receivers that the file names are made known to the store. Raises BadSettings."""
    found = Routes(
        arranged(settings),
        own=(lambda: tuple(kql.shelf.rules.values())) if kql else tuple,
        tenant_id=settings.tenant_id,
    )
    async with store.begin() as tx:
        await found.settle(tx, now)
    return found


def arranged(settings: Settings) -> Arranged | None:
    """What the file of ROUTES says; None where there is none. Raises BadSettings."""
    if settings.routes is None:
        return None
    from bot.adapters.webhooks import callable_addresses
    from bot.kqlrules.header import PERSONAS
    from bot.routes_file import read
    from bot.settings import secret

    # A rule of one's own may be mended, or added, while the bot runs; its name is that of its file.
    own = [path.stem for path in settings.rules_dir.glob("*.kql")] if settings.rules_dir else []
    url = callable_addresses(settings.webhook_allow)
    return read(settings.routes, rules=sorted({*rule_names(), *own}), personas=PERSONAS, secret=secret, url=url)
