"""All benchmarks, one after the other, each in a process of its own: `make bench`, or `python -m tests.bench NAME…`."""

from __future__ import annotations

import subprocess
import sys

ALL = ("start", "chat", "sources", "tick", "fold", "kql", "latency", "history")

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        # One that fails is seen by what it prints; the others still run.
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False)
