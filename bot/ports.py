"""What the core asks of the outside world, and the errors by which the outside answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Raw

from bot.model import (
    AuditEvent,
    Conversation,
    Credential,
    FoundGroup,
    Job,
    Person,
    Posted,
    ProvisioningEvent,
    RestartScope,
    Value,
)

Card = dict[str, Any]
"""An Adaptive Card as JSON; built only in cards/."""

Clock = Callable[[], datetime]
"""The time, aware and in UTC."""


# --- Errors ------------------------------------------------------------------------------------------------------------


class Refusal(Exception):
    """Something that a person can fix; the text is the reply, a whole sentence.

    `suggestions` are command lines that may be meant, e.g. `status workday`.
    """

    def __init__(self, text: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.suggestions = tuple(suggestions)


class BadSettings(Exception):
    """Everything that is wrong with the settings, at once; the text is for the terminal."""


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
    """A delivery that may succeed later. `uncertain`: it may have arrived all the same (time-out, 5xx, lost answer)."""

    def __init__(self, reason: str, after: float | None = None, *, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.uncertain = uncertain


class Undeliverable(Exception):
    """A delivery that cannot succeed. `gone`: the conversation itself is closed to the bot (removed, blocked)."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class CardGone(Undeliverable):
    """The card to be updated is no longer there: post a new one."""


# --- Sources and jobs --------------------------------------------------------------------------------------------------


class Batch(Value, frozen=True, kw_only=True):
    """Some rows of a log, and the cursor that stands for having read them. `broken` counts rows that could not be read."""

    events: tuple[ProvisioningEvent, ...]
    cursor: str
    broken: int = 0


class Source(Protocol):
    """A log that can be read again and again; it may repeat rows, late rows come later."""

    name: str

    def read(self, cursor: str, now: datetime) -> AsyncIterator[Batch]:
        """Yield what is due after `cursor` ("" at first); each batch is to be stored together with its cursor.

        Raises SourceDown.
        """
        ...


class Logs(Protocol):
    """The provisioning log's past, asked in KQL over the table AADProvisioningLogs as Log Analytics documents it."""

    @property
    def name(self) -> str: ...

    async def query(
        self, kql: str, *, timespan: tuple[datetime, datetime], about: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """The rows, as columns by name. Raises Refusal or SourceDown.

        `about` are texts, one of which stands in the identities of every row that is wanted: a home may look only there.
        """
        ...


class Keeper(Protocol):
    """Keeps a log's rows as they came, by their id; it never raises, because the watch goes on without it."""

    async def keep(self, rows: Mapping[str, Raw]) -> None: ...


class AuditBatch(Value, frozen=True, kw_only=True):
    """Some rows of the directory's audit log, and the cursor that stands for having read them."""

    events: tuple[AuditEvent, ...]
    cursor: str
    broken: int = 0


class AuditSource(Protocol):
    """The directory's audit log, as far as it is about provisioning; rows may repeat."""

    name: str

    def read(self, cursor: str, now: datetime) -> AsyncIterator[AuditBatch]:
        """As `Source.read` does. Raises SourceDown."""
        ...


class Directory(Protocol):
    """What the directory says around the jobs. Every verb raises SourceDown."""

    async def credentials(self, jobs: Sequence[Job]) -> Sequence[Credential]:
        """Secrets and certificates that the jobs, or the bot itself, stop with."""
        ...

    async def check(self, job: Job) -> str | None:
        """What is said of the job's saved credentials if they are not good; "" for good ones, None if it may not ask."""
        ...

    async def groups(self, job: Job, known: Sequence[str]) -> Sequence[FoundGroup]:
        """The groups that are assigned to the job's application, and those of the known ones that are gone."""
        ...


class Jobs(Protocol):
    """The synchronization jobs of the tenant. Every verb raises Refusal (with Graph's own words) or SourceDown."""

    async def list(self) -> Sequence[Job]:
        """All jobs with their present state, discovered again from time to time."""
        ...

    async def get(self, job: Job) -> Job:
        """One job, read now."""
        ...

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None: ...

    async def start(self, job: Job) -> None: ...

    async def pause(self, job: Job) -> None: ...


# --- Teams -------------------------------------------------------------------------------------------------------------


class Messenger(Protocol):
    """Speaks unasked. Every verb raises TryLater, CardGone (update only) or Undeliverable."""

    @property
    def looks(self) -> bool:
        """Whether `find` can look at all."""
        ...

    async def post(self, conversation: Conversation, card: Card, summary: str) -> Posted: ...

    async def update(self, conversation: Conversation, posted: Posted, card: Card, summary: str) -> None: ...

    async def note(self, conversation: Conversation, posted: Posted, text: str) -> None:
        """A short plain text in the card's thread (in a chat: a message)."""
        ...

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        """The newest message of the bot whose content holds `marker`; None if there is none.

        Raises CannotLook where reading back is not possible.
        """
        ...


class CannotLook(Exception):
    """Reading back a conversation is not permitted or not possible; the text says why."""


class Line(Value, frozen=True, kw_only=True):
    """What somebody typed to the bot, its mention already taken out."""

    activity_id: str
    conversation: Conversation
    person: Person
    text: str


class Press(Value, frozen=True, kw_only=True):
    """A button that somebody pressed. `verb` and `words` are client-supplied; `card_id` is the card's activity id."""

    activity_id: str
    conversation: Conversation
    person: Person
    verb: str
    words: str
    card_id: str = ""
    automatic: bool = False


class Answer(Value, frozen=True, kw_only=True):
    """What goes back: a card, as a new message or in place of the card whose button was pressed.

    In place it is seen by the one who pressed; `for_all` changes the card for everybody too. An incident's card does
    not need that: the outbox brings it up to date.
    """

    card: Card
    summary: str = ""
    in_place: bool = False
    for_all: bool = False


class Listener(Protocol):
    """What the Teams adapter tells the core; it never raises."""

    async def heard(self, line: Line) -> Answer: ...

    async def pressed(self, press: Press) -> Answer: ...

    async def joined(self, conversation: Conversation, *, installed: bool) -> Answer | None:
        """The bot was added (installed=True) or the conversation's facts (name, service URL) were heard anew."""
        ...

    async def left(self, conversation: Conversation) -> None: ...
