"""What a command may use: ports, the person who asks, and the place where they ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.store import Store
from bot.asking import Asking
from bot.model import Conversation, Diagnosis, Every, Person, Role
from bot.ports import Card, Clock, Hybrid, Jobs, Logs, Refusal


def no_digest(_: Every) -> datetime:
    """For a chat that nobody sends digests for. Raises Refusal."""
    raise Refusal("Digests are not sent here.")


@dataclass(frozen=True, kw_only=True)
class Context:
    """One line or one button. `pressed`: the words come from a card, so they are checked against what it may show.

    `changed` is called after something was stored that the outbox should deliver now, `look_soon` after a job was
    acted upon; `confirmed` runs the command that waits under a token. `logs` and `asking` are None where no past is kept,
    `hybrid` where the sync with Active Directory is not looked after. `examine` looks at everything that the bot needs,
    `digest_time` says when the next digest is due.
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
