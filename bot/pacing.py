"""Keeps what is sent within Teams' windows: a mirror of them, a little wider, so that no call is ever refused.

Teams counts the messages of a bot in sliding windows, for each conversation and for all of them together. Leaky buckets
do not keep within such windows; a memory of the calls does. The windows are Microsoft's "values for estimation only"
(Optimize your bot with rate limiting in Teams), so a refusal teaches: the conversation rests for as long as it was told,
and less is sent to it from then on, for an hour in which it slowly becomes as much again as before.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.narrowing import Crowd, Share
from bot.sliding import Call, Sliding, Windows

OF_A_CONVERSATION: Windows = ((1, 7), (2, 8), (30, 60), (3600, 1800))
IN_ALL: Windows = ((1, 50),)
MARGIN = 0.055
"""Seconds that a call is taken to be on its way while it has no answer: calls that left one after the other arrive closer
together. Its answer tells better: it has arrived before that.
"""

SPREAD = 0.5
"""The part of the second over which its calls are spread: a burst would be slowed down on its way, and what is slowed down
meets the next one.
"""


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
        self._apart = SPREAD * max(seconds / most for seconds, most in in_all)
        self._next = 0.0
        self._of = dict[str, Sliding]()
        self._resting = dict[str, float]()
        self._share = Share()
        self._shares = dict[str, Share]()
        self._crowd = Crowd()
        self._swept = elapsed()

    def wait_of(self, conversation: str) -> float:
        """Seconds until that conversation's windows let one more message through; 0 for now."""
        now, until = self._elapsed(), self._resting.get(conversation, 0.0)
        if (calls := self._of.get(conversation)) is not None:
            share = self._shares[conversation].at(now) if conversation in self._shares else 1.0
            until = max(until, calls.free_at(share))
        return max(0.0, until - now)

    def wait_in_all(self) -> float:
        """Seconds until the windows of all conversations together do."""
        now = self._elapsed()
        return max(0.0, self._all.free_at(self._share.at(now)) - now, self._next - now)

    def resting(self, longer: float) -> list[str]:
        """Conversations that must wait for longer than so many seconds."""
        known = self._of.keys() | self._resting.keys()
        return sorted(name for name in known if self.wait_of(name) > longer)

    def sent(self, conversation: str) -> Call:
        """Count a message that leaves now; `answered` is to be told of its answer."""
        now = self._elapsed()
        call = Call(now + self._margin)
        self._all.called(call)
        self._next = now + self._apart
        self._crowd.called(now)
        self._of.setdefault(conversation, Sliding(self._each)).called(call)
        self._sweep(now)
        return call

    def answered(self, call: Call) -> None:
        """It has been answered, well or not, or nobody waits for that any longer: later than now it has not arrived."""
        call.arrived = self._elapsed()

    def refused(self, conversation: str, after: float) -> None:
        """Teams asked to be left alone there for so many seconds."""
        self._resting[conversation] = max(self._resting.get(conversation, 0.0), self._elapsed() + after)

    def throttled(self, conversation: str) -> None:
        """Teams found that there were too many, although there was room by our count: its windows are narrower."""
        now = self._elapsed()
        if crowd := self._crowd.refused(conversation, now):
            # It is not theirs but the limit of all that was met.
            self._share.narrow(now, self._all.fullness(now))
            for name in crowd:
                self._shares.pop(name, None)
        elif (calls := self._of.get(conversation)) is not None:
            self._shares.setdefault(conversation, Share()).narrow(now, calls.fullness(now))

    def _sweep(self, now: float) -> None:
        """Forget conversations that no window reaches any more."""
        longest = max(seconds for seconds, _ in self._each) + self._margin
        if now - self._swept < longest / 4:
            return
        self._swept = now
        self._of = {name: calls for name, calls in self._of.items() if not calls.idle_since(now - longest)}
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        self._shares = {name: share for name, share in self._shares.items() if share.at(now) < 1}
