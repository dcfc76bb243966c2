"""The configured webhooks behind one port: a conversation `webhook:NAME` is the webhook of that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from aiohttp import ClientTimeout

from bot.adapters import trust
from bot.adapters.webhooks.caller import TIMEOUT, Caller, Proxies, proxy_of
from bot.adapters.webhooks.generic import Generic
from bot.adapters.webhooks.guard import Guard, Refused
from bot.adapters.webhooks.hook import Hook
from bot.adapters.webhooks.pagerduty import PagerDuty
from bot.adapters.webhooks.servicenow import ServiceNow
from bot.model import Conversation, Posted
from bot.model.routes import WEBHOOK, WebhookKind
from bot.ports import BadSettings, Called, Clock, Message, Receiver, Undeliverable, uncounted

_KINDS = {WebhookKind.GENERIC: Generic, WebhookKind.SERVICENOW: ServiceNow, WebhookKind.PAGERDUTY: PagerDuty}


def receiver(hook: Hook, caller: Caller, *, instance: str, clock: Clock) -> Receiver:
    """What speaks to one webhook."""
    return _KINDS[hook.kind](hook, caller, instance=instance, clock=clock)


class Webhooks:
    """Port `Receiver` for all of them. `instance` tells this bot's incidents from another's at the same receiver."""

    def __init__(
        self,
        hooks: Iterable[Hook],
        *,
        instance: str,
        clock: Clock,
        allow: Iterable[str] = (),
        ca_file: Path | None = None,
        called: Called = uncounted,
        proxies: Proxies = proxy_of,
        timeout: ClientTimeout = TIMEOUT,
    ) -> None:
        """Raises BadSettings naming every webhook whose address is refused."""
        guard, context = Guard(allow), trust.context(ca_file)
        self._callers: list[Caller] = []
        self._known: dict[str, Receiver] = {}
        wrong: list[str] = []
        for hook in hooks:
            where = f"The webhook {hook.name!r}"
            try:
                url = guard.url(hook.url)
            except Refused as error:
                wrong.append(f"{where} has an address that is refused: {error}.")
                continue
            caller = Caller(where, url, guard, context, called=called, proxies=proxies, timeout=timeout)
            self._callers.append(caller)
            self._known[f"{WEBHOOK}{hook.name}"] = receiver(hook, caller, instance=instance, clock=clock)
        if wrong:
            raise BadSettings("\n".join(wrong))

    @property
    def looks(self) -> bool:
        return all(each.looks for each in self._known.values())

    @property
    def each(self) -> Mapping[str, Receiver]:
        """One receiver for each conversation `webhook:NAME`: each looks, and waits, for itself."""
        return self._known

    async def post(self, conversation: Conversation, message: Message) -> Posted:
        return await self._of(conversation).post(conversation, message)

    async def update(self, conversation: Conversation, posted: Posted, message: Message) -> None:
        await self._of(conversation).update(conversation, posted, message)

    async def note(self, conversation: Conversation, posted: Posted, text: str, message: Message) -> None:
        await self._of(conversation).note(conversation, posted, text, message)

    async def find(self, conversation: Conversation, marker: str) -> Posted | None:
        return await self._of(conversation).find(conversation, marker)

    async def close(self) -> None:
        for caller in self._callers:
            await caller.close()

    def _of(self, conversation: Conversation) -> Receiver:
        found = self._known.get(conversation.id)
        if found is None:
            name = conversation.id.removeprefix(WEBHOOK)
            raise Undeliverable(f"No webhook {name!r} is configured any more", gone=True)
        return found
