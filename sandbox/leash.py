"""Runs a Python program that must not outlive whoever started it: `python leash.py PROGRAM.py WORDS…`.

The starter holds the other end of standard input and never writes; it closes when they are gone, however they went.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
from pathlib import Path


def _hold() -> None:
    os.read(0, 1)
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_hold, daemon=True).start()
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
