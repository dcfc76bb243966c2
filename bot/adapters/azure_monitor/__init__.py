"""Azure Monitor's webhook: alerts in the common alert schema, from an action group."""

from bot.adapters.azure_monitor.door import AlertDoor

__all__ = ["AlertDoor"]
