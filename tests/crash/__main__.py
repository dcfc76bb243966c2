"""`make crash N=1000`: so many kills on SQLite, and on PostgreSQL with three replicas; a JSON line each."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.crash.killing import Outcome, killing
from tests.support.postgres import postgres


def main() -> int:
    """0 where nothing was lost, doubled, or told in the wrong order."""
    parser = argparse.ArgumentParser(prog="crash", description="kill -9 at random moments under load")
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    outcomes = list[Outcome]()
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for kind, replicas in (("sqlite", 1), ("postgresql", 3)):
            url = server.new() if kind == "postgresql" else f"sqlite:///{Path(folder) / 'bot.db'}"
            outcome = asyncio.run(killing(Path(folder), url, replicas=replicas, kills=given.kills, seed=given.seed))
            print(msgspec.json.encode({"crash": kind, **msgspec.to_builtins(outcome)}).decode(), flush=True)
            outcomes.append(outcome)
    return int(any(outcome.lost or outcome.doubled or outcome.disordered for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
