"""Starts bots quickly, so that they can be killed often: the imports are paid once, and each bot is a fork.

`python -m tests.support.forked` reads a line of JSON for each bot, its settings by name, and answers with its process id.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

from bot import serving
from bot.settings import read


def child(settings: dict[str, str]) -> None:
    """Be the bot until killed."""
    os.environ.update(settings)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    asyncio.run(serving.serve(read(None)))


def main() -> None:
    """Obey until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    for name in ("msgraph", "azure.monitor.query.aio", "azure.identity.aio", "asyncpg", "aiosqlite"):
        __import__(name)
    for line in sys.stdin:
        born = os.fork()
        if born == 0:
            try:
                child(json.loads(line))
            finally:
                os._exit(1)
        print(born, flush=True)


if __name__ == "__main__":
    main()
