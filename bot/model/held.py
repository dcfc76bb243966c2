"""What is held back from a conversation, why, and how people want to be left in peace."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

from bot.model.alerting import Severity
from bot.model.base import Value
from bot.model.people import Person


class QuietHours(Value, frozen=True, kw_only=True):
    """Every day from one time on the wall to another, also over midnight; `but` is the least severity that breaks through."""

    begins: time
    ends: time
    but: Severity | None = None


class Preferences(Value, frozen=True, kw_only=True):
    """How somebody wants to be told in their own chat; `zone` is a name of the IANA list, "" until they say one."""

    person_id: str
    zone: str = ""
    quiet: QuietHours | None = None
    muted_until: datetime | None = None


class Why(StrEnum):
    """Why news are held back."""

    QUIET = "quiet hours"
    MUTED = "muted"
    STORM = "storm"


class Held(Value, frozen=True, kw_only=True):
    """News of an incident that a conversation was not told one by one; `digest` is the key of the post that did, later."""

    conversation_id: str
    incident: int
    since: datetime
    why: Why
    digest: str = ""


class LivingPost(Value, frozen=True, kw_only=True):
    """A digest that is brought up to date: of when it is, and when it was sent or updated last, if it was."""

    drawn_at: datetime | None
    sent_at: datetime | None


class Duty(Value, frozen=True, kw_only=True):
    """Who is on call, first to last; `until` and `set_by` are of one that was set in chat.

    `absent` are those of them whom the directory does not have, by object id in small letters, as far as that is known.
    """

    people: tuple[Person, ...]
    minutes: int = 15
    severity: Severity = Severity.HIGH
    until: datetime | None = None
    set_by: Person | None = None
    set_at: datetime | None = None
    absent: frozenset[str] = frozenset()
