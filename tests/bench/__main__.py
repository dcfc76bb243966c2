"""All benchmarks, one after the other, each in a process of its own: `make bench`, or `python -m tests.bench NAME… [--quick]`.

With --quick only to see that they run. One that fails is told of in the end; the others still run.
"""

from __future__ import annotations

import subprocess
import sys

from tests.bench.telling import QUICK, tell

ALL = (
    "start",
    "chat",
    "sources",
    "tick",
    "fold",
    "growth",
    "kql",
    "latency",
    "history",
    "kqlrules",
    "analyze",
    "failover",
    "outbox",
    "pacing",
    "intake",
    "webhook",
)

if __name__ == "__main__":
    failed: list[str] = []
    for name in [word for word in sys.argv[1:] if not word.startswith("-")] or ALL:
        command = [sys.executable, "-m", f"tests.bench.{name}", *(["--quick"] if QUICK else [])]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        tell(bench="all", failed=failed)
        sys.exit(1)
