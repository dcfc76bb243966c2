"""Receivers beyond Teams that speak HTTP: a generic signed webhook, ServiceNow and PagerDuty; one `Hook` is one of them."""

from bot.adapters.webhooks.guard import callable_addresses
from bot.adapters.webhooks.hook import Hook, hook, misfits
from bot.adapters.webhooks.receivers import Webhooks, receiver

__all__ = ["Hook", "Webhooks", "callable_addresses", "hook", "misfits", "receiver"]
