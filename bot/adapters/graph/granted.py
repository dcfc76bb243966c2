"""Which of the permissions in Graph the bot has: each is tried by a cheap read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.adapters import lenient
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.permissions import ANYBODY, PERMISSIONS, Known, Permission
from bot.adapters.graph.wire import Principals
from bot.model import Conversation, ConversationKind, Grant, Job
from bot.ports import SourceDown

if TYPE_CHECKING:
    from bot.settings import Settings

_NO_ANSWER = "Microsoft Graph was not reached; see Sign-in."


class GraphPermissions:
    """Port `Permissions`."""

    def __init__(self, client: GraphClient, settings: Settings) -> None:
        self._client = client
        self._used = [each for each in PERMISSIONS if each.when(settings)]

    async def grants(
        self, jobs: Sequence[Job], watching: Sequence[Conversation], answering: Collection[str]
    ) -> Sequence[Grant]:
        """One after the other, because Graph allows few reads of its logs; what a source's answers prove is not tried."""
        job = next((job for job in jobs if job.service_principal), None)
        known = Known(
            principal=job.service_principal if job is not None else await self._anybody(),
            job=job,
            channel=_place(watching, ConversationKind.CHANNEL),
            chat=_place(watching, ConversationKind.GROUP),
            person=next((each.user_id for each in watching if each.user_id), ""),
        )
        return [_grant(each, True) if each.heard in answering else await self._try(each, known) for each in self._used]

    async def _try(self, each: Permission, known: Known) -> Grant:
        path = each.path(known)
        if path is None:
            return _grant(each, None, each.lacking)
        try:
            await self._client.ask(path, each.body, needs=each.name)
        except GraphDown as error:
            if error.status in (401, 403):
                return _grant(each, False)
            # Any other refusal is about the thing that was asked for, and came after the permission was looked at.
            said = error.status in (0, 429) or error.status >= 500
            return _grant(each, None, str(error)) if said else _grant(each, True)
        except SourceDown:
            return _grant(each, None, _NO_ANSWER)
        return _grant(each, True)

    async def _anybody(self) -> str:
        """Some service principal: on a new bot that knows no job yet, its permission is tried on that one."""
        try:
            found = lenient.decode(await self._client.ask(ANYBODY, needs=PERMISSIONS[0].name), Principals).value
        except (SourceDown, lenient.Unreadable):
            return ""
        return next((one.id for one in found or () if one.id), "")


def _place(watching: Sequence[Conversation], kind: ConversationKind) -> Conversation | None:
    found: Iterator[Conversation] = (each for each in watching if each.kind is kind)
    if kind is ConversationKind.CHANNEL:
        found = (each for each in found if each.team_group_id)
    return next(found, None)


def _grant(each: Permission, given: bool | None, said: str = "") -> Grant:
    said = f"{said[:1].upper()}{said[1:]}"
    return Grant(permission=each.name, what_for=each.what_for, given=given, said=said, required=each.required)
