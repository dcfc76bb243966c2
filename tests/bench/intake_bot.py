"""The bot's part of the intake benchmark: one look into the log, and all told."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from bot.assembly import Bot
from tests.bench.leading_bot import heard, leading_bot, show, warm
from tests.bench.storm import EVENTS, GROUPS
from tests.bench.telling import peak_megabytes


async def take() -> dict[str, Any]:
    """A look, timed until all is committed, until it is judged, and until the receiver has heard of every group."""
    async with leading_bot() as bot:
        await warm(bot)
        await show(EVENTS)
        committed = _when_judging_begins(bot)
        began, used = time.monotonic(), time.process_time()
        await bot.watcher.tick()
        judged = time.monotonic()
        told = await heard(GROUPS)
        async with bot.store.look() as tx:
            assert len(await tx.ledger.open_objects()) == EVENTS
        at, spent = committed[0]
        return {
            "committed": at - began,
            "cpu": spent - used,
            "judged": judged - at,
            "all_told": told["last"] - at,
            "calls": told["calls"],
            "peak_rss_mb": peak_megabytes(),
        }


def _when_judging_begins(bot: Bot) -> list[tuple[float, float]]:
    """The time, and CPU time, at which everything was committed: the look goes on to judging."""
    found: list[tuple[float, float]] = []
    judge = bot.watcher.judge

    async def noted(**more: Any) -> None:
        found.append((time.monotonic(), time.process_time()))
        await judge(**more)

    bot.watcher.judge = noted
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(take())))
