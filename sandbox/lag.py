"""How long a row of the log is under way: mostly briefly, now and then very long, sometimes twice."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import msgspec


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds between an event and its row. `late` of all rows take up to `tail`; `repeats` of them come twice.

    `held` is added to every row's way, also to a prompt one's.
    """

    p95: float = 6.0
    late: float = 0.005
    tail: float = 180.0
    repeats: float = 0.01
    held: float = 0.0

    def draw(self, rng: random.Random, *, prompt: bool = False) -> timedelta:
        """The way of one row. A `prompt` one is never later than the 95th percentile."""
        if not prompt and rng.random() < self.late:
            return timedelta(seconds=self.held + rng.uniform(self.p95, self.tail))
        # An exponential distribution has its 95th percentile at three times its mean.
        seconds = -math.log(1 - rng.random()) * self.p95 / 3
        return timedelta(seconds=self.held + min(seconds, self.p95 if prompt else self.tail))

    def repeat(self, rng: random.Random) -> timedelta | None:
        """How much later the row comes a second time, if it does."""
        return timedelta(seconds=rng.uniform(0, max(self.tail, 1))) if rng.random() < self.repeats else None


PROMPT = Lag(p95=0.0, late=0.0, tail=0.0, repeats=0.0)
"""Every row at once and once: for tests of something else."""
