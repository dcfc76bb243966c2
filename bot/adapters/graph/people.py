"""What somebody is called in the directory."""

from __future__ import annotations

import logging
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.wire import Wire
from bot.adapters.wording import clean

log = logging.getLogger(__name__)

NEEDS = "User.Read.All"


class _User(Wire, frozen=True, kw_only=True):
    display_name: str | None = None


async def display_name(client: GraphClient, user_id: str) -> str | None:
    """By object id: None where there is no such user, "" where it may not be read. Raises SourceDown."""
    try:
        found = await client.ask(f"/users/{quote(user_id, safe='')}?$select=displayName", needs=NEEDS)
        return clean(lenient.decode(found, _User).display_name)
    except lenient.Unreadable:
        raise GraphDown("Microsoft Graph's answer about a user is not the JSON that it should be.") from None
    except GraphDown as error:
        if error.status not in (401, 403, 404):
            raise
        log.info("the name of somebody on call is not known: %s", error, extra={"person": user_id})
        return None if error.status == 404 else ""
