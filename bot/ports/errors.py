"""The errors by which the outside answers; each says in its text what a person is told."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """Something that a person can fix; the text is the reply, a whole sentence.

    `suggestions` are command lines that may be meant, e.g. `status workday`.
    """

    def __init__(self, text: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.suggestions = tuple(suggestions)


class Unclear(Refusal):
    """Words that may mean several things, or nothing quite; `instead` is what could stand in their place."""

    def __init__(self, text: str, instead: Sequence[str], suggestions: Sequence[str] = ()) -> None:
        super().__init__(text, suggestions)
        self.instead = tuple(instead)


class BadSettings(Exception):
    """Everything that is wrong with the settings, at once; the text is for the terminal.

    `mistakes` are its lines where it tells of several things, each with what is to be mended.
    """

    def __init__(self, text: str, mistakes: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.mistakes = tuple(mistakes) or (text,)


class SourceDown(Exception):
    """A source could not be read: unreachable, throttled, forbidden. The text says which and why, in one sentence.

    `after` is the number of seconds that the source asked to be left alone for, if it did.
    """

    def __init__(self, text: str, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


class StoreDown(Exception):
    """The bot's own database does not answer. The text says so and why, in one sentence; `reason` is the why alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The bot's database does not answer: {reason}.")
        self.reason = reason


class Deposed(Exception):
    """Another replica leads by now: what this one was about to store as leader is not stored."""


class TryLater(Exception):
    """A delivery that may succeed later. `uncertain`: it may have arrived all the same (time-out, 5xx, lost answer).

    `throttled`: there were too many of them.
    """

    def __init__(
        self, reason: str, after: float | None = None, *, uncertain: bool = False, throttled: bool = False
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.uncertain = uncertain
        self.throttled = throttled


class Moved(TryLater):
    """Nothing was sent: all that was due in this conversation is due in another one from now on, where it is sent at once."""


class Undeliverable(Exception):
    """A delivery that cannot succeed. `gone`: the conversation itself is closed to the bot (removed, blocked)."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class CardGone(Undeliverable):
    """The card to be updated is no longer there: post a new one."""


class NotTaken(Exception):
    """Nothing was sent, nor ever is: who receives it has no place for notes."""


class CannotLook(Exception):
    """Reading back a conversation is not permitted or not possible; the text says why."""
