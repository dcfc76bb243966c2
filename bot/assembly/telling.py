"""The way out: the receivers that the settings name, and the deliverer that speaks through them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from bot.assembly.outside import Outside
from bot.model.routes import Arranged, Webhook
from bot.ports import BadSettings, Receiver

if TYPE_CHECKING:
    from bot.leading import Leading
    from bot.outbox import Deliverer
    from bot.pacing import Pacing
    from bot.receivers import Receivers
    from bot.routes import Routes

Sleep = Callable[[float], Awaitable[None]]


def deliverer(outside: Outside, teams: Receiver, routes: Routes, leading: Leading, sleep: Sleep) -> Deliverer:
    """What empties the outbox. Raises BadSettings for webhooks that cannot be, and for mail without a server."""
    from bot.outbox import Deliverer
    from bot.present import incident_card
    from cards.notes import summary

    return Deliverer(
        store=outside.fenced,
        receivers=_receivers(outside, teams, routes.arranged),
        render=lambda incident, conversation: (
            incident_card(incident, outside.now(), people=routes.called(incident, conversation)),
            summary(incident),
        ),
        now=outside.now,
        pacing=_pacing(outside),
        sleep=sleep,
        may_act=lambda: leading.may_act,
    )


def _pacing(outside: Outside) -> Pacing:
    from bot.pacing import Pacing

    settings = outside.settings
    return Pacing(outside.elapsed, in_all=((1, settings.teams_rate),), margin=settings.teams_margin)


def _receivers(outside: Outside, teams: Receiver, arranged: Arranged) -> Receivers:
    from bot.assembly.mail import mail
    from bot.metered import MeteredReceiver
    from bot.model.routes import MAIL
    from bot.receivers import Receivers

    post = mail(outside)
    named = [*(route.to for route in arranged.routes), *arranged.fallback]
    if post is None and (to := next((each for each in named if each.startswith(MAIL)), "")):
        raise BadSettings(f"The file of ROUTES tells {to}, so SMTP_HOST must name a mail server.")
    return Receivers(
        MeteredReceiver(teams, outside.metrics),
        mail=MeteredReceiver(post, outside.metrics) if post else None,
        webhooks={name: MeteredReceiver(each, outside.metrics) for name, each in _webhooks(outside, arranged.webhooks)},
    )


def _webhooks(outside: Outside, wanted: Iterable[Webhook]) -> Iterable[tuple[str, Receiver]]:
    from bot.adapters.webhooks import Webhooks, hook
    from bot.metered import calls
    from bot.settings import secret

    hooks = [hook(each, secret(each.secret)) for each in wanted]
    if not hooks:
        return ()
    settings = outside.settings
    webhooks = Webhooks(
        hooks,
        instance=settings.app_id,
        clock=outside.now,
        allow=settings.webhook_allow,
        ca_file=settings.ca_file,
        called=calls(outside.metrics, "webhooks"),
    )
    outside.held.push_async_callback(webhooks.close)
    return webhooks.each.items()
