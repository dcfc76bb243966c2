"""Beats of the export to the workspace: it stops, and it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.beats.registry import beat

if TYPE_CHECKING:
    from sandbox.tenant import Tenant


@beat
def export_stops(tenant: Tenant, at: datetime) -> None:
    """Nothing more comes to the Log Analytics workspace, as where its daily cap is reached."""
    tenant.exported = False


@beat
def export_goes_on(tenant: Tenant, at: datetime) -> None:
    """All that was held back comes at once."""
    tenant.exported = True
