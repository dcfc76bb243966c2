"""10,000 personal notifications through Teams' four windows, in real time: `python -m tests.bench.pacing`, JSON lines.

The connector is the sandbox's, over HTTP, and refuses as Teams does; calls arrive up to 50 ms late, so that they overtake
one another. Then the same, with fewer, where one call in twenty is refused by lot.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.store import Store
from bot.delivering import Delivering
from bot.model import Alert, Conversation, Evidence, Incident, Posted, Severity
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Message, Receiver
from sandbox.faults import Fault
from tests.bench.telling import QUICK, tell
from tests.support.strict_teams import StrictTeams, strict_teams

PEOPLE, FEWER = (300, 200) if QUICK else (10_000, 2_000)
A_SECOND = 50
JITTER = 0.05
AT_MOST = 1.06
"""Of the shortest time in which the windows let so many through."""


class Jittery:
    """The Teams adapter over a network in which calls overtake one another, where reading back is permitted."""

    looks = True

    def __init__(self, inner: Receiver) -> None:
        self._inner = inner
        self._lots = random.Random("jitter")

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        await asyncio.sleep(self._lots.uniform(0, JITTER))
        return await self._inner.post(conversation, message)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        await self._inner.update(conversation, posted, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        await self._inner.note(conversation, posted, text, message)

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        return None


async def fill(store: Store, scene: StrictTeams) -> None:
    """One incident that everybody hears of."""
    now = datetime.now(UTC)
    alert = Alert(title="Trouble", detail="", severity=Severity.HIGH, rule="r", job_id="j", key="k")
    new = Incident(number=0, alert=alert, evidence=Evidence(count=1), opened_at=now, changed_at=now)
    async with store.begin() as tx:
        incident = await tx.incidents.save(new)
        for place in scene.places:
            await tx.conversations.save(place)
            await tx.outbox.want_card(incident.number, place.id, incident.revision)


async def run(people: int, refused: float) -> None:
    """Tell them all, and say how long it took and what came of it."""
    async with strict_teams(chats=people) as scene:
        if refused:
            scene.faults.add(Fault(area="door", kind="status", status=429, retry_after=1, rate=refused, times=0))
        with tempfile.TemporaryDirectory() as folder:
            store = await Store.open(f"sqlite:///{(Path(folder) / 'bot.db').as_posix()}")
            await fill(store, scene)
            took = await _told(store, scene)
            await store.close()
        arrived = Counter(each.conversation for each in scene.teams.messages)
        floor = (people - 1) // A_SECOND
        tell(
            bench="pacing",
            people=people,
            refused_by_lot=scene.faults.met["door"],
            seconds=round(took, 1),
            floor=floor,
            times=round(took / floor, 3),
            **({} if refused else {"at_most": AT_MOST, "met": took / floor <= AT_MOST}),
            refused_by_windows=scene.teams.throttled,
            arrived=len(arrived),
            doubled=sum(count > 1 for count in arrived.values()),
        )


async def _told(store: Store, scene: StrictTeams) -> float:
    receiver = Jittery(scene.receiver)
    deliverer = Deliverer(
        store=store,
        receivers=lambda conversation: receiver,
        render=lambda incident, conversation: ({"type": "AdaptiveCard", "version": "1.5", "body": []}, "Trouble"),
        now=lambda: datetime.now(UTC),
        pacing=Pacing(time.monotonic),
    )
    began = time.perf_counter()
    delivering = asyncio.create_task(Delivering(deliverer).run())
    while True:
        await asyncio.sleep(0.1)
        if len(scene.teams.messages) >= len(scene.places):
            async with store.look() as tx:
                if not await tx.outbox.behind():
                    break
    took = time.perf_counter() - began
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    return took


async def main() -> None:
    await run(PEOPLE, 0)
    await run(FEWER, 0.05)


if __name__ == "__main__":
    asyncio.run(main())
