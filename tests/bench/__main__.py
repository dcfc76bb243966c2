"""All benchmarks, one after the other, each in a process of its own: `make bench`, or `python -m tests.bench NAME…`."""

from __future__ import annotations

import subprocess
import sys

ALL = ("start", "chat", "sources", "kql")

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)
