"""How long nobody leads: from SIGSTOP or kill -9 of the leader of three replicas on PostgreSQL to the next one's lease."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from pathlib import Path

from bot.adapters.store import Store
from tests.bench.telling import QUICK, tell, told
from tests.support.postgres import postgres
from tests.support.replicas import Replicas, replicas
from tests.support.serving import Serving

TIMES = 2 if QUICK else 12
EVERY = 0.005
"""Seconds between two looks at the lease: so exact are the figures."""


async def epoch(store: Store) -> int:
    async with store.look() as tx:
        lease = await tx.lease.get()
    return lease.epoch if lease else 0


async def fail_over(stage: Replicas, store: Store, number: int) -> float:
    """Seconds from the signal to another's lease; then the old one is made to go on, or started anew."""
    leader = await stage.leader()
    before = await epoch(store)
    at = time.monotonic()
    leader.signal(number)
    while await epoch(store) == before:  # noqa: ASYNC110 (other processes bring it about)
        await asyncio.sleep(EVERY)
    took = time.monotonic() - at
    await again(stage, leader, number)
    return took


async def again(stage: Replicas, bot: Serving, number: int) -> None:
    """All three are there again, and one of the others leads."""
    if number == signal.SIGSTOP:
        bot.signal(signal.SIGCONT)
    else:
        await bot.kill()
        await bot.start(stage.folder)
    await bot.answers()
    await stage.leader(but=bot)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        url = server.new()
        async with replicas(Path(folder), url) as stage:
            store = await Store.open(url)
            for how, number in (("frozen", signal.SIGSTOP), ("killed", signal.SIGKILL)):
                took = [await fail_over(stage, store, number) for _ in range(TIMES)]
                tell(
                    bench="failover",
                    leader=how,
                    times=TIMES,
                    unit="s",
                    **told(took),
                    worst_at_most=1.5,
                    met=max(took) <= 1.5,
                )
            await store.close()


if __name__ == "__main__":
    asyncio.run(main())
