"""One transaction: all the tables over one connection."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.alerts import Alerts
from bot.adapters.store.arrivals import Arrivals
from bot.adapters.store.audits import Audits
from bot.adapters.store.broken import Broken
from bot.adapters.store.conversations import Conversations
from bot.adapters.store.credentials import Credentials
from bot.adapters.store.digests import Digests
from bot.adapters.store.held import HeldBack
from bot.adapters.store.hours import Hours
from bot.adapters.store.hybrid import HybridState
from bot.adapters.store.identity import Identity
from bot.adapters.store.incidents import Incidents
from bot.adapters.store.lease import Leases
from bot.adapters.store.ledger import Ledger
from bot.adapters.store.memories import Memories
from bot.adapters.store.openings import Openings
from bot.adapters.store.outbox import Outbox
from bot.adapters.store.people import People
from bot.adapters.store.preferences import Wishes
from bot.adapters.store.pulse import Pulses
from bot.adapters.store.reaching import Reaching
from bot.adapters.store.reading import Reading
from bot.adapters.store.reports import Reports
from bot.adapters.store.routes import Routes
from bot.adapters.store.tellings import Tellings
from bot.adapters.store.timeline import Timeline
from bot.adapters.store.totals import Totals
from bot.adapters.store.undelivered import Owing
from bot.adapters.store.warnings import Warnings


class Transaction:
    """The tables, over one connection; everything done through it commits together or not at all.

    `most_at_once` is how many messages a minute a conversation is told one by one.
    """

    def __init__(self, connection: AsyncConnection, *, most_at_once: int) -> None:
        self.connection = connection
        self.reading = Reading(connection)
        self.broken = Broken(connection)
        self.memories = Memories(connection)
        self.ledger = Ledger(connection)
        self.warnings = Warnings(connection)
        self.hours = Hours(connection)
        self.arrivals = Arrivals(connection)
        self.incidents = Incidents(connection)
        self.openings = Openings(connection)
        self.outbox = Outbox(connection)
        self.owing = Owing(connection)
        self.told = Tellings(connection)
        self.reaching = Reaching(connection)
        self.conversations = Conversations(connection)
        self.people = People(connection)
        self.audits = Audits(connection)
        self.credentials = Credentials(connection)
        self.timeline = Timeline(connection)
        self.lease = Leases(connection)
        self.identity = Identity(connection)
        self.totals = Totals(connection)
        self.alerts = Alerts(connection)
        self.hybrid = HybridState(connection)
        self.digests = Digests(connection)
        self.reports = Reports(connection)
        self.routes = Routes(connection)
        self.pulse = Pulses(connection)
        self.wishes = Wishes(connection)
        self.held = HeldBack(connection, most_at_once)
