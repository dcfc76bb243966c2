"""Reads the directory's audit log from Graph: few rows, seldom, with a long overlap for those that come late."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bot import changes
from bot.ports import AuditBatch, SourceDown
from bot.sources.audit_rows import from_graph
from bot.sources.broken import Broken
from bot.sources.pacer import Pacer

if TYPE_CHECKING:
    from bot.adapters.graph.audit_log import AuditLog
    from bot.adapters.graph.provisioning_log import Page

log = logging.getLogger(__name__)

PERIOD = timedelta(minutes=1)
OVERLAP = timedelta(hours=1)
FIRST_LOOK = timedelta(hours=24)
_TOP = 500
_EXACT = " or ".join(f"activityDisplayName eq '{name}'" for name in changes.NAMES)
# By name, because a step of every object is an audit row too. Tenants write some names with another dash.
_FILTERS = (
    f"({_EXACT} or startswith(activityDisplayName,'{changes.BEGINNING}'))",
    "loggedByService eq 'Account Provisioning'",
)


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cursor: up to when it was read, when that was tried last, and the link of a reading that is under way."""

    mark: datetime | None = None
    tried: datetime | None = None
    link: str = ""

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class GraphAudits:
    """Port `AuditSource`. It shares its pacer with the provisioning log, because Graph's limit is for both."""

    name = "audits"

    def __init__(self, audit_log: AuditLog, pacer: Pacer) -> None:
        self._log = audit_log
        self._pacer = pacer
        self._filters = list(_FILTERS)
        self._broken = Broken(self.name)

    async def read(self, cursor: str, now: datetime) -> AsyncIterator[AuditBatch]:
        """Yield the pages that are due. Raises SourceDown."""
        position = position_from(cursor)
        if self._pacer.held or not (position.link or _due(position.tried, now)):
            return
        if not position.link:
            position = msgspec.structs.replace(position, tried=now)
        while self._pacer.take():
            page = await self._page(position, now)
            if page is None:
                position = msgspec.structs.replace(position, link="")
                continue
            events, broken = self._broken.sift(from_graph(row, now) for row in page.rows or ())
            link = page.next_link or ""
            mark = position.mark if link else position.tried
            position = msgspec.structs.replace(position, link=link, mark=mark)
            yield AuditBatch(events=changes.read(events), cursor=position.text(), broken=broken)
            if not link:
                return

    async def _page(self, position: Position, now: datetime) -> Page | None:
        """The next page; None where the reading is to be begun again, or its filter is not taken."""
        from bot.adapters.graph.provisioning_log import BadQuery

        try:
            if position.link:
                return await self._log.following(position.link)
            since = min(position.mark, now) - OVERLAP if position.mark else now - FIRST_LOOK
            return await self._log.first(f"activityDateTime ge {since:%Y-%m-%dT%H:%M:%SZ} and {self._filters[0]}", _TOP)
        except BadQuery:
            if not position.link:
                if len(self._filters) == 1:
                    raise
                refused = self._filters.pop(0)
                log.warning("Graph does not filter by that", extra={"filter": refused[:80]})
            return None
        except SourceDown as error:
            if error.after:
                self._pacer.hold(error.after)
            raise


def _due(tried: datetime | None, now: datetime) -> bool:
    return tried is None or now < tried or now - tried >= PERIOD


def position_from(cursor: str) -> Position:
    """The position that a text stands for; the beginning where it stands for none."""
    try:
        return msgspec.json.decode(cursor, type=Position) if cursor else Position()
    except ValueError:
        log.warning("cursor not readable, read anew", extra={"source": GraphAudits.name})
        return Position()
