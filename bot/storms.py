"""When there is too much to say in one conversation at once, so that the rest of it is told together."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Severity
from bot.model.routes import WEBHOOK

WITHIN = timedelta(minutes=1)
BETWEEN = timedelta(minutes=1)
"""How often the digest of a storm is brought up to date."""
BETWEEN_MAILS = timedelta(minutes=10)
OVER = timedelta(minutes=10)
"""So long without anything new, and what comes next is another storm."""
DIGEST = "storm/"
"""What the keys of digests of storms begin with."""
KEPT = timedelta(days=1)
"""How long the digest of a storm goes on telling what became of its incidents."""


def too_much(said: int, most: int, severity: Severity, conversation_id: str) -> bool:
    """Whether one more message is held back where so many were said within a minute.

    What is critical is told all the same. A webhook is read by no person: there each incident is a ticket of its own.
    """
    return said >= most and severity is not Severity.CRITICAL and not conversation_id.startswith(WEBHOOK)
