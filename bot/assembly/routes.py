"""Routes put together: those of the file that ROUTES names, and what the routes of chat are held against."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bot.model.routes import Arranged
from bot.routes import Routes, rule_names

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import SecretStr

    from bot.adapters.store import Store
    from bot.assembly.outside import Outside
    from bot.assembly.ways import Ways
    from bot.kqlwatch import KqlWatch
    from bot.rereading import Rereading
    from bot.settings import Settings


async def routes(
    settings: Settings, arranged: Arranged, store: Store, kql: KqlWatch | None, now: datetime, *, telling: bool
) -> Routes:
    """Who hears of what; the receivers that the file names are made known to the store, and told what is open."""
    found = Routes(
        arranged,
        own=(lambda: tuple(kql.shelf.rules.values())) if kql else tuple,
        tenant_id=settings.tenant_id,
    )
    async with store.begin() as tx:
        await found.settle(tx, now, telling=telling)
    return found


def rereading(outside: Outside, routes: Routes, ways: Ways, wake: Callable[[], None]) -> Rereading | None:
    """What looks after the file of ROUTES while the bot runs; None where there is none."""
    from bot.rereading import Rereading
    from bot.settings import secret

    settings = outside.settings
    if settings.routes is None:
        return None
    return Rereading(
        settings.routes,
        routes,
        read=lambda: arranged(settings, secret),
        use=lambda found: ways.take(found.webhooks),
        store=outside.store,
        now=outside.now,
        wake=wake,
    )


def arranged(settings: Settings, secret: Callable[[str], SecretStr], wrong: Collection[str] = ()) -> Arranged:
    """What the file of ROUTES says, also held against the other settings, but for those that are `wrong` themselves.

    `secret` raises ValueError where one cannot be had. Raises BadSettings with every mistake.
    """
    if settings.routes is None:
        return Arranged()
    from bot.adapters.webhooks import callable_addresses
    from bot.assembly.misfits import misfits
    from bot.kqlrules.header import PERSONAS
    from bot.routes_file import read

    # A rule of one's own may be mended, or added, while the bot runs; its name is that of its file.
    own = [path.stem for path in settings.rules_dir.glob("*.kql")] if settings.rules_dir else []
    mailed = bool(settings.smtp_host) or "smtp_host" in wrong
    return read(
        settings.routes,
        rules=sorted({*rule_names(), *own}),
        personas=PERSONAS,
        secret=secret,
        url=str if "webhook_allow" in wrong else callable_addresses(settings.webhook_allow),
        misfits=lambda raw: misfits(raw, secret, mailed=mailed),
    )
