"""A webhook that hears of everything beside Teams while bots are killed: what of it was lost, or came in the wrong order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.model import Incident
from tests.support.hooks import SECRET
from tests.support.receivers import Server

ROUTES = """
[webhooks.desk]
kind = "generic"
url = "{url}/in"
secret = "env:DESK_SECRET"

[[routes]]
to = "webhook:desk"
"""


class Desk:
    """Keeps every call."""

    def __init__(self) -> None:
        self.server = Server()

    def settings(self, folder: Path) -> dict[str, str]:
        """What a bot must be told to call it."""
        file = folder / "routes.toml"
        file.write_text(ROUTES.format(url=self.server.url), "utf-8")
        return {"ROUTES": str(file), "DESK_SECRET": SECRET, "WEBHOOK_ALLOW": "127.0.0.1"}

    def lost(self, incidents: Iterable[Incident]) -> list[str]:
        """Those of the incidents that it was never told of."""
        told = self._told()
        return [f"webhook #{each.number}" for each in incidents if each.number not in told]

    def disordered(self) -> list[str]:
        """Incidents of which something older came after something newer, or anything before they were opened."""
        return [
            f"webhook #{number}: {[(each['event'], each['incident']['revision']) for each in told]}"
            for number, told in self._told().items()
            if any(one["incident"]["revision"] > other["incident"]["revision"] for one, other in pairwise(told))
            or "opened" in [each["event"] for each in told if each["event"] != told[0]["event"]]
        ]

    def repeated(self) -> int:
        """Calls that came again, under the id that they had: a kill leaves open whether they arrived."""
        ids = [call.headers["Syncwatch-Delivery"] for call in self.server.heard]
        return len(ids) - len(set(ids))

    def _told(self) -> dict[int, list[dict[str, Any]]]:
        told = defaultdict[int, list[dict[str, Any]]](list)
        for call in self.server.heard:
            body = call.json
            if body["incident"] is not None:
                told[body["incident"]["number"]].append(body)
        return told
