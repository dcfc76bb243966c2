"""What a command may use: ports, the person who asks, and the place where they ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.store import Store
from bot.asking import Asking
from bot.model import Conversation, Diagnosis, Every, Person, Role
from bot.ports import Card, Clock, Hybrid, Jobs, Logs, Refusal
from bot.routes import Routes


def no_digest(_: Every) -> datetime:
    """For a chat that nobody sends digests for. Raises Refusal."""
    raise Refusal("Digests are not sent here.")


def unknown_role(_: Person) -> Role:
    """For a chat that knows of nobody what they may."""
    return Role.OPERATOR


@dataclass(frozen=True, kw_only=True)
class Context:
    """One line or one button. `pressed`: the words come from a card, so they are checked against what it may show.

    `changed` is called after something was stored that the outbox should deliver now, `look_soon` after a job was
    acted upon; `confirmed` runs the command that waits under a token. `logs` and `asking` are None where no past is kept,
    `hybrid` where the sync with Active Directory is not looked after. `examine` looks at everything that the bot needs,
    `digest_time` says when the next digest is due, `routes` who hears of what; `zone` is the time zone of people who have
    not said theirs, `role_of` says what somebody else may.
    """

    store: Store
    jobs: Jobs
    now: Clock
    person: Person
    role: Role
    conversation: Conversation
    changed: Callable[[], None]
    look_soon: Callable[[], None]
    confirmed: Callable[[Context, str], Awaitable[Card]]
    examine: Callable[[], Awaitable[Sequence[Diagnosis]]]
    pressed: bool = False
    logs: Logs | None = None
    asking: Asking | None = None
    hybrid: Hybrid | None = None
    digest_time: Callable[[Every], datetime] = no_digest
    routes: Routes = field(default_factory=Routes)
    zone: str = "UTC"
    role_of: Callable[[Person], Role] = unknown_role
