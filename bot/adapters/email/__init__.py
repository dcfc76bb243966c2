"""Mail as a receiver: the only place that knows aiosmtplib."""

from bot.adapters.email.connection import Connection, Server
from bot.adapters.email.receiver import MAILTO, Email

__all__ = ["MAILTO", "Connection", "Email", "Server"]
