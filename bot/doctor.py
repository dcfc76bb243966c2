"""The check-up: everything that the bot needs, looked at once, each told in a sentence that says what to do."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot import registry
from bot.health import Health
from bot.model import Diagnosis, Grade, Value
from bot.ports import Clock, Logs, Permissions, Refusal, SourceDown

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store import Store
    from bot.calling import Ask
    from bot.routes import Routes
    from bot.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What checks look at. `health` is of the bot that runs in this process; it knows nothing where none runs.

    `sign_in` asks Entra ID for a token for "graph" or "teams", `server_time` a server of Teams for its time; both raise
    SourceDown.
    `logs` is where history is asked for: the workspace, or the archive; `routes` say who hears of what.
    `directory` tells what somebody is called, as `calling.Ask` does; None where nothing is asked.
    `ask_source` asks a source of the log, by its name, for a row, or raises SourceDown or Refusal; None where nobody asks.
    `greet_mail` connects to the mail server and signs in there, or raises TryLater; None where there is none.
    """

    settings: Settings
    store: Store
    now: Clock
    health: Health
    permissions: Permissions
    sign_in: Callable[[str], Awaitable[None]]
    server_time: Callable[[], Awaitable[datetime | None]]
    logs: Logs | None
    routes: Routes | None = None
    directory: Ask | None = None
    ask_source: Callable[[str], Awaitable[None]] | None = None
    greet_mail: Callable[[], Awaitable[None]] | None = None


Look = Callable[[Patient], AsyncIterator[Diagnosis]]


class Check(Value, frozen=True, kw_only=True):
    """A check as it was declared; `order` is its place in the report."""

    topic: str
    order: int
    look: Look


_checks: dict[str, Check] = {}


def check(topic: str, *, order: int) -> Callable[[Look], Look]:
    """Declare a check: a function that yields what it finds. What it raises as SourceDown or Refusal is a finding too."""

    def declare(look: Look) -> Look:
        _checks[topic] = Check(topic=topic, order=order, look=look)
        return look

    return declare


@cache
def checks() -> tuple[Check, ...]:
    """Every check of bot/checks, in the order of the report."""
    from bot import checks as folder

    registry.load(folder)
    return tuple(sorted(_checks.values(), key=lambda each: each.order))


async def examine(patient: Patient) -> tuple[Diagnosis, ...]:
    """Everything that the checks find."""
    found = await asyncio.gather(*(_findings(each, patient) for each in checks()))
    return tuple(each for some in found for each in some)


def is_well(found: Iterable[Diagnosis]) -> bool:
    """Whether there is nothing to mend."""
    return all(each.grade is not Grade.FAULT for each in found)


async def _findings(one: Check, patient: Patient) -> Sequence[Diagnosis]:
    found: list[Diagnosis] = []
    try:
        async for each in one.look(patient):
            found += (each,)  # one by one: what was found before a fault stays
    except (SourceDown, Refusal) as error:
        found.append(Diagnosis(topic=one.topic, grade=Grade.FAULT, text=str(error)))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("a check failed, reference %s", reference)
        text = f"This could not be checked; the log has why under {reference}."
        found.append(Diagnosis(topic=one.topic, grade=Grade.FAULT, text=text))
    return found


def well(topic: str, text: str) -> Diagnosis:
    return Diagnosis(topic=topic, grade=Grade.WELL, text=text)


def note(topic: str, text: str) -> Diagnosis:
    return Diagnosis(topic=topic, grade=Grade.NOTE, text=text)


def fault(topic: str, text: str) -> Diagnosis:
    return Diagnosis(topic=topic, grade=Grade.FAULT, text=text)
