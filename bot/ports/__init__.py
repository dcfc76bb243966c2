"""What the core asks of the outside world, and the errors by which the outside answers."""

from bot.ports.base import Called, Card, Clock, uncounted
from bot.ports.errors import (
    BadSettings,
    CannotLook,
    CardGone,
    Deposed,
    Moved,
    NotTaken,
    Refusal,
    SourceDown,
    StoreDown,
    TryLater,
    Unclear,
    Undeliverable,
)
from bot.ports.graph import Directory, Hybrid, Jobs, Permissions
from bot.ports.logs import Answered, AuditBatch, AuditSource, Batch, Keeper, Logs, Question, Source, Tables
from bot.ports.teams import Answer, Line, Listener, Message, Naming, Press, Receiver

__all__ = [
    "Answer",
    "Answered",
    "AuditBatch",
    "AuditSource",
    "BadSettings",
    "Batch",
    "Called",
    "CannotLook",
    "Card",
    "CardGone",
    "Clock",
    "Deposed",
    "Directory",
    "Hybrid",
    "Jobs",
    "Keeper",
    "Line",
    "Listener",
    "Logs",
    "Message",
    "Moved",
    "Naming",
    "NotTaken",
    "Permissions",
    "Press",
    "Question",
    "Receiver",
    "Refusal",
    "Source",
    "SourceDown",
    "StoreDown",
    "Tables",
    "TryLater",
    "Unclear",
    "Undeliverable",
    "uncounted",
]
