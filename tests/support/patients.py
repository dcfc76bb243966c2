"""What the doctor looks at, of which a test needs some."""

from __future__ import annotations

from typing import Any

from bot.adapters.store import Store
from bot.doctor import Patient
from bot.ports import Clock


def patient(store: Store, now: Clock, **given: Any) -> Patient:
    """With nothing in the place of what is not given: a check that looks there fails."""
    nothing: dict[str, Any] = dict.fromkeys(("settings", "health", "permissions", "sign_in", "server_time", "logs"))
    return Patient(**(nothing | given), store=store, now=now)
