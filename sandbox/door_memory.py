"""What the bot has posted, as the front door saw it; Graph's message endpoints read it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from sandbox.as_teams import now_as_id
from sandbox.teams import Json, base, json_object, thread
from sandbox.tenant import Tenant


class Memory:
    """Keeps `tenant.messages` in step with the calls that Teams accepted."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def keep(self, method: str, path: str, body: Json, answer: Any) -> None:
        """Remember one accepted call: a new message, a changed one, a deleted one; anything else changes nothing."""
        given = json_object(answer)
        match method, [unquote(part) for part in path.split("/")[2:]]:
            case "POST", ["conversations"] if isinstance(body.get("activity"), dict):
                self._post(str(given.get("id", "")), given.get("activityId"), body["activity"])
            case "POST", ["conversations", conversation, "activities", *_] if body.get("type") != "typing":
                self._post(conversation, given.get("id"), body)
            case "PUT", ["conversations", conversation, "activities", activity]:
                self._change(conversation, activity, body)
            case "DELETE", ["conversations", conversation, "activities", activity]:
                self._messages(conversation)[:] = [one for one in self._messages(conversation) if one["id"] != activity]
            case _:
                pass

    def _messages(self, conversation: str) -> list[Json]:
        return self._tenant.messages.setdefault(base(conversation), [])

    def _post(self, conversation: str, given: Any, activity: Json) -> None:
        now = self._tenant.clock()
        # Text and a card in one activity become two messages, and Teams gives no id for them.
        number = str(given or now_as_id(now))
        root = thread(conversation)
        kept = {"id": number, "thread": "" if root == number else root, "activity": activity, "at": now}
        self._messages(conversation).append(kept)

    def _change(self, conversation: str, number: str, activity: Json) -> None:
        for one in self._messages(conversation):
            if one["id"] == number:
                one["activity"] = activity
