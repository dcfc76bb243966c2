"""Log lines: one event a line with its fields; no tokens, no message bodies, no people's attributes."""

from __future__ import annotations

import logging

_ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY = ("apscheduler", "azure", "httpx", "httpcore", "msal", "urllib3", "alembic", "kiota_http", "aiohttp.access")


class Fields(logging.Formatter):
    """`2026-11-21T03:12:44 INFO bot.outbox delivered incident=42 revision=3`."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = " ".join(f"{key}={value!r}" for key, value in vars(record).items() if key not in _ORDINARY)
        head, _, trace = line.partition("\n")
        return f"{head} {fields}".rstrip() + (f"\n{trace}" if trace else "")


def start(level: str) -> None:
    """Send everything to standard error; libraries only when they warn, because their lines hold addresses and headers."""
    handler = logging.StreamHandler()
    handler.setFormatter(Fields("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns at each failed sign-in with the whole of Entra's answer; what matters of that is in the bot's own line.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
