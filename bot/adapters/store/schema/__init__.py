"""The tables; migrations/ brings a database to them, and a test compares the two."""

from bot.adapters.store.schema.base import EPOCH, MICROSECOND, Hash, Moment, metadata, microseconds
from bot.adapters.store.schema.incidents import incidents, timeline
from bot.adapters.store.schema.jobs import azure_alerts, checks, jobs, memories, tokens
from bot.adapters.store.schema.leading import identity, leader, pulse
from bot.adapters.store.schema.logs import (
    arrivals,
    audits,
    broken,
    cursors,
    hours,
    ledger,
    owed,
    usuals,
    warnings,
    well,
)
from bot.adapters.store.schema.outbox import cards, digests, held, notes, posts, said, told
from bot.adapters.store.schema.places import audit, confirmations, conversations, duty, persons, preferences, routes

__all__ = [
    "EPOCH",
    "MICROSECOND",
    "Hash",
    "Moment",
    "arrivals",
    "audit",
    "audits",
    "azure_alerts",
    "broken",
    "cards",
    "checks",
    "confirmations",
    "conversations",
    "cursors",
    "digests",
    "duty",
    "held",
    "hours",
    "identity",
    "incidents",
    "jobs",
    "leader",
    "ledger",
    "memories",
    "metadata",
    "microseconds",
    "notes",
    "owed",
    "persons",
    "posts",
    "preferences",
    "pulse",
    "routes",
    "said",
    "timeline",
    "tokens",
    "told",
    "usuals",
    "warnings",
    "well",
]
