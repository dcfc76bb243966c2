"""The bot's part of the webhook benchmark: row after row becomes visible, each looked at once the one before was told."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any

from tests.bench.leading_bot import heard, leading_bot, show, warm
from tests.bench.webhook import APART, TIMES


async def look() -> dict[str, Any]:
    """When each row became visible, and when the receiver was told of it."""
    looks = 0

    def now() -> datetime:
        return datetime.now(UTC) + looks * APART

    async with leading_bot(now) as bot:
        await warm(bot, now)
        await bot.watcher.tick()
        shown: list[float] = []
        for number in range(1, TIMES + 1):
            looks = number
            await show(number)
            shown.append(time.monotonic())
            await bot.watcher.tick()
            await heard(number)
        return {"shown": shown, "heard": (await heard(TIMES))["times"]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(look())))
