"""What the core asks of the outside world, and the errors by which the outside answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Protocol

from msgspec import Raw

from bot.model import (
    AuditEvent,
    BrokenRow,
    Conversation,
    Credential,
    DirectoryObject,
    FoundGroup,
    Grant,
    Job,
    Person,
    Posted,
    ProvisioningEvent,
    RestartScope,
    Schema,
    ScopedGroup,
    ServiceFault,
    SyncConflict,
    Value,
)

Card = dict[str, Any]
"""An Adaptive Card as JSON; built only in cards/."""

Clock = Callable[[], datetime]
"""The time, aware and in UTC."""

Called = Callable[[int], None]
"""Told of every call to a service: the HTTP status of its answer, 0 where none came."""


def uncounted(status: int) -> None:
    """For calls that nobody counts."""


# --- Errors ------------------------------------------------------------------------------------------------------------


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
    """Everything that is wrong with the settings, at once; the text is for the terminal."""


class SourceDown(Exception):
    """A source could not be read: unreachable, throttled, forbidden. The text says which and why, in one sentence.

    `after` is the number of seconds that the source asked to be left alone for, if it did.
    """

    def __init__(self, text: str, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


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
    """Some rows of a log, and the cursor that stands for having read them. `broken` are those not as they should be."""

    events: tuple[ProvisioningEvent, ...]
    cursor: str
    broken: tuple[BrokenRow, ...] = ()


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


class Question(Value, frozen=True, kw_only=True):
    """A query about a time, with the most rows and seconds that its answer may take."""

    kql: str
    timespan: tuple[datetime, datetime]
    rows: int = 5_000
    seconds: float = 60.0


class Answered(Value, frozen=True, kw_only=True):
    """Columns as (name, Kusto type) and rows; `more` says that there are rows beyond those that were asked for.

    Values: datetime (aware, UTC), timedelta, int, float, bool, str or None; dynamic is JSON as text.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False


class Tables(Protocol):
    """The tables of a log store, asked in anybody's KQL: what a query may not do is refused, whoever wrote it."""

    @property
    def name(self) -> str: ...

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered | Refusal | SourceDown]:
        """One answer for each question, in their order; it raises nothing.

        A Refusal is the query's own fault, also where it asks for too much; a SourceDown is the store's.
        """
        ...


class Keeper(Protocol):
    """Keeps a log's rows as they came, by their id; it never raises, because the watch goes on without it."""

    async def keep(self, rows: Mapping[str, Raw]) -> None: ...

    async def keep_audits(self, rows: Mapping[str, Raw]) -> None:
        """The same for rows of the directory's audit log."""
        ...


class AuditBatch(Value, frozen=True, kw_only=True):
    """Some rows of the directory's audit log, and the cursor that stands for having read them."""

    events: tuple[AuditEvent, ...]
    cursor: str
    broken: tuple[BrokenRow, ...] = ()


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

    async def schema(self, job: Job) -> Schema | None:
        """The version of the job's schema and the groups that its filters name; None if it may not ask, or there is none."""
        ...

    async def groups(self, job: Job, named: Sequence[str], known: Sequence[ScopedGroup]) -> Sequence[FoundGroup]:
        """The groups that are assigned to the job's application or named by its filters, and the known ones that are gone."""
        ...

    async def role_holders(self) -> Set[str] | None:
        """Ids of the people who hold a directory role, by themselves or through a group; None if it may not ask."""
        ...


class Permissions(Protocol):
    """What the app registration may do in Graph."""

    async def grants(
        self, jobs: Sequence[Job], watching: Sequence[Conversation], answering: Collection[str]
    ) -> Sequence[Grant]:
        """Each permission that is used, and whether it is there; tried on a job and on conversations that are known.

        `answering` names sources that answer just now, which proves theirs. It never raises.
        """
        ...


class Hybrid(Protocol):
    """The sync with Active Directory. Every verb raises SourceDown."""

    async def age(self) -> tuple[bool | None, datetime | None, datetime | None]:
        """Whether the tenant is synchronized, when it was last, and when its password hashes were."""
        ...

    async def conflicts(self, known: Sequence[SyncConflict]) -> Sequence[SyncConflict]:
        """Values that were not taken over; what is known of their owners is not asked again."""
        ...

    async def faults(self) -> tuple[Sequence[ServiceFault], bool]:
        """What services did not take over, and whether there are more objects than were looked at."""
        ...

    async def find(self, who: str) -> Sequence[DirectoryObject]:
        """The users and groups that are meant, with where they come from."""
        ...


class Jobs(Protocol):
    """The synchronization jobs of the tenant. Every verb raises Refusal (with Graph's own words) or SourceDown."""

    async def list(self) -> Sequence[Job]:
        """All jobs with their present state, discovered again from time to time."""
        ...

    async def get(self, job: Job) -> Job:
        """One job, read now."""
        ...

    async def gone(self, jobs: Sequence[Job]) -> Set[str]:
        """Ids of those jobs of which Graph says, asked for each by itself, that there is no such job."""
        ...

    async def restart(self, job: Job, scopes: Sequence[RestartScope]) -> None: ...

    async def start(self, job: Job) -> None: ...

    async def pause(self, job: Job) -> None: ...


# --- Teams -------------------------------------------------------------------------------------------------------------


class Messenger(Protocol):
    """Speaks unasked. Every verb raises TryLater, CardGone (update only) or Undeliverable."""

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

    async def left(self, conversation: Conversation, *, for_good: bool = True) -> None:
        """The bot was removed; or (not for good) the team was archived, which ends when it is heard of again."""
        ...
