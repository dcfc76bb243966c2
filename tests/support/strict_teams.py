"""The real Teams adapter on a connector that enforces Teams' windows and can be made to fail: for the outbox and for benches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.adapters.teams import Teams
from bot.model import Conversation, ConversationKind
from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.keys import ISSUER
from sandbox.memory_teams import MemoryTeams
from sandbox.tenant import Tenant
from tests.support.teams_stage import Ear


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class StrictTeams:
    """`receiver` speaks in `places`, which are personal chats; `teams.throttled` counts what the windows refused.

    Make it worse with `faults` (area "door", with a rate), `teams.refuse`, `door.move`, `door.close` and `door.open`.
    """

    tenant: Tenant
    faults: Faults
    teams: MemoryTeams
    door: Door
    receiver: Teams
    places: list[Conversation]


@asynccontextmanager
async def strict_teams(
    *, chats: int = 0, limits: bool = True, clock: Callable[[], datetime] = utc_now
) -> AsyncGenerator[StrictTeams]:
    """Served on loopback, in this process; nothing is heard there, only spoken."""
    tenant = Tenant(story="quiet", clock=clock)
    tenant.tokens.lifetime = 10**7
    faults, teams = Faults(clock), MemoryTeams(tenant, limits=limits)
    token = tenant.tokens.issue("https://api.botframework.com/.default")

    async def bearer() -> str:
        return token

    async with Door(tenant, faults, teams, sign=lambda _: "", bot_url="http://127.0.0.1:1/") as door:

        async def address() -> str:
            return door.url

        receiver = Teams(
            app_id=tenant.app_id,
            tenant_id=tenant.id,
            openid_url="https://localhost/",
            issuer=ISSUER,
            token=bearer,
            listener=Ear(),
            clock=clock,
            address=address,
        )
        places = [_chat(f"a:{number}", tenant, door.url) for number in range(chats)]
        teams.know(*(each.id for each in places))
        try:
            yield StrictTeams(tenant=tenant, faults=faults, teams=teams, door=door, receiver=receiver, places=places)
        finally:
            await receiver.close()


def _chat(number: str, tenant: Tenant, url: str) -> Conversation:
    return Conversation(
        id=number, tenant_id=tenant.id, service_url=url, kind=ConversationKind.PERSONAL, bot_id=f"28:{tenant.app_id}"
    )
