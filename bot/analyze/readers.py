"""The processes that read downloads beside the one that folds them, and how seldom they look for garbage."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

LARGE = 32 << 20
"""Bytes from which on other processes read faster than they are started."""
MOST_READERS = 3
SELDOM = (100_000, 20, 20)


@contextmanager
def readers(size: int) -> Generator[Executor | None]:
    """Processes to read so many bytes with, beside this one which folds; none where they are few."""
    count = min(MOST_READERS, max(1, (os.cpu_count() or 1) - 1)) if size >= LARGE else 0
    if not count:
        yield None
        return
    # Spawned everywhere, as on Windows: a fork would take the event loop and its threads along.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_begin_reading)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def seldom_collected() -> Generator[None]:
    """Let Python look for garbage seldom: rows come and go by the ten thousand, and none of them hold each other."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _begin_reading() -> None:
    """Readers leave interrupts to the process that started them."""
    gc.set_threshold(*SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
