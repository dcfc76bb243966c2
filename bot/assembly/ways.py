"""Who speaks to which conversation: Teams, the mail server, and the webhooks that the file of ROUTES names now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.model.routes import Webhook
from bot.ports import Receiver

if TYPE_CHECKING:
    from bot.adapters.webhooks import Hook


class Ways:
    """`cardless` are the ids of webhooks that are sent no cards. Raises BadSettings, and ValueError without a secret."""

    def __init__(self, outside: Outside, teams: Receiver, webhooks: Sequence[Webhook]) -> None:
        from bot.assembly.mail import mail
        from bot.metered import MeteredReceiver
        from bot.receivers import Receivers

        post = mail(outside)
        self._outside = outside
        self._hooks: list[Hook] = []
        self.cardless: frozenset[str] = frozenset()
        self.receivers = Receivers(
            MeteredReceiver(teams, outside.metrics),
            now=outside.now,
            mail=MeteredReceiver(post, outside.metrics) if post else None,
        )
        self.take(webhooks)

    def take(self, webhooks: Sequence[Webhook]) -> bool:
        """Speak to these webhooks from now on; whether one of them is new, or is another than it was.

        Where it raises BadSettings, ValueError or OSError, all stays as it was.
        """
        if not webhooks and not self._hooks:
            return False
        from bot.adapters.webhooks import hook
        from bot.settings import secret

        hooks = [hook(each, secret(each.secret)) for each in webhooks]
        new = [each for each in hooks if each not in self._hooks]
        # What stays as it is keeps its receiver, which remembers what it has said last.
        ids, known = [each.id for each in webhooks], self.receivers.webhooks
        found = {**known, **self._made(new)} if new else known
        self.receivers.take({each: found[each] for each in ids})
        self.cardless = frozenset(each.id for each in webhooks if not each.options.get("card"))
        self._hooks = hooks
        return bool(new)

    def _made(self, hooks: Sequence[Hook]) -> Mapping[str, Receiver]:
        from bot.adapters.webhooks import Webhooks
        from bot.metered import MeteredReceiver, calls

        outside, settings = self._outside, self._outside.settings
        made = Webhooks(
            hooks,
            instance=outside.instance,
            clock=outside.now,
            allow=settings.webhook_allow,
            ca_file=settings.ca_file,
            called=calls(outside.metrics, "webhooks"),
        )
        # A call may be under way, so that those of before are closed with the bot and not here.
        outside.held.push_async_callback(made.close)
        return {name: MeteredReceiver(each, outside.metrics) for name, each in made.each.items()}
