"""Keeps what is sent within Teams' windows: a mirror of them, a little wider, so that no call is ever refused.

Teams counts the messages of a bot in sliding windows, for each conversation and for all of them together. Leaky buckets
do not keep within such windows; a memory of the calls does. The windows are Microsoft's "values for estimation only"
(Optimize your bot with rate limiting in Teams), so a refusal teaches: the conversation rests for as long as it was told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

Windows = Sequence[tuple[float, int]]
"""So many seconds, and how many calls in them."""

OF_A_CONVERSATION: Windows = ((1, 7), (2, 8), (30, 60), (3600, 1800))
IN_ALL: Windows = ((1, 50),)
MARGIN = 0.05
"""Seconds by which each window is taken to be longer: calls that left one after the other arrive closer together."""


class Sliding:
    """The calls of late, and the windows that they must keep within."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._calls = deque[float](maxlen=max(most for _, most in windows))

    def free_at(self, margin: float) -> float:
        """The time from which on another call fits; in the past where one fits now."""
        calls = self._calls
        return max(
            (calls[-most] + seconds + margin for seconds, most in self._windows if len(calls) >= most), default=0.0
        )

    def called(self, at: float) -> None:
        self._calls.append(at)

    def idle_since(self, at: float) -> bool:
        """Whether no call is remembered that is newer."""
        return not self._calls or self._calls[-1] < at


class Pacing:
    """When the next message may be sent, by conversation. `elapsed` counts seconds and never goes back."""

    def __init__(
        self,
        elapsed: Callable[[], float],
        *,
        each: Windows = OF_A_CONVERSATION,
        in_all: Windows = IN_ALL,
        margin: float = MARGIN,
    ) -> None:
        self._elapsed = elapsed
        self._each = each
        self._margin = margin
        self._all = Sliding(in_all)
        self._of = dict[str, Sliding]()
        self._resting = dict[str, float]()
        self._swept = elapsed()

    def wait_of(self, conversation: str) -> float:
        """Seconds until that conversation's windows let one more message through; 0 for now."""
        until = self._resting.get(conversation, 0.0)
        if (calls := self._of.get(conversation)) is not None:
            until = max(until, calls.free_at(self._margin))
        return max(0.0, until - self._elapsed())

    def wait_in_all(self) -> float:
        """Seconds until the windows of all conversations together do."""
        return max(0.0, self._all.free_at(self._margin) - self._elapsed())

    def resting(self, longer: float) -> list[str]:
        """Conversations that must wait for longer than so many seconds."""
        known = self._of.keys() | self._resting.keys()
        return sorted(name for name in known if self.wait_of(name) > longer)

    def sent(self, conversation: str) -> None:
        """Count a message."""
        now = self._elapsed()
        self._all.called(now)
        self._of.setdefault(conversation, Sliding(self._each)).called(now)
        self._sweep(now)

    def refused(self, conversation: str, after: float) -> None:
        """Teams asked to be left alone there for so many seconds."""
        self._resting[conversation] = max(self._resting.get(conversation, 0.0), self._elapsed() + after)

    def _sweep(self, now: float) -> None:
        """Forget conversations that no window reaches any more."""
        longest = max(seconds for seconds, _ in self._each) + self._margin
        if now - self._swept < longest / 4:
            return
        self._swept = now
        self._of = {name: calls for name, calls in self._of.items() if not calls.idle_since(now - longest)}
        self._resting = {name: until for name, until in self._resting.items() if until > now}
