"""Connect Sync of the tenant: when it last ran, and which values it could not bring over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.ids import whole_second
from sandbox.rows import Json

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


EVERY = 30
"""Minutes between two syncs, which is also the least that Connect Sync allows."""


class ConnectSync:
    """What beats say of it; as long as none does it runs, and every object is taken over."""

    def __init__(self) -> None:
        self.stopped_at: datetime | None = None
        self.passwords_stopped_at: datetime | None = None
        self.conflicts: dict[str, Json] = {}
        self.refused: dict[str, Json] = {}
        self.cloud_managed: set[str] = set()

    def last(self, tenant: Tenant) -> str:
        """When the tenant was last synchronized."""
        if self.stopped_at is not None:
            return whole_second(self.stopped_at)
        now = tenant.clock()
        return whole_second(now.replace(minute=now.minute // EVERY * EVERY, second=0, microsecond=0))

    def passwords(self, tenant: Tenant) -> str:
        """When its passwords were."""
        stopped = self.passwords_stopped_at or self.stopped_at
        return whole_second(stopped) if stopped else self.last(tenant)
