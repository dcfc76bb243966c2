"""What a command may use: ports, the person who asks, and the place where they ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.adapters.store import Store
from bot.model import Conversation, Diagnosis, Person, Role
from bot.ports import Card, Clock, Jobs, Logs


@dataclass(frozen=True, kw_only=True)
class Context:
    """One line or one button. `pressed`: the words come from a card, so they are checked against what it may show.

    `changed` is called after something was stored that the outbox should deliver now, `look_soon` after a job was
    acted upon; `confirmed` runs the command that waits under a token. `logs` is None where no past is kept. `examine`
    looks at everything that the bot needs.
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
