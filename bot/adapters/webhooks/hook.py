"""One configured webhook, ready to be called: what the routes file says of it, with its secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from bot.model import Value
from bot.model.routes import Webhook, WebhookKind
from bot.ports import BadSettings

OPTIONS: Mapping[WebhookKind, frozenset[str]] = {
    WebhookKind.GENERIC: frozenset({"card"}),
    WebhookKind.SERVICENOW: frozenset({"user", "close_code", "fields"}),
    WebhookKind.PAGERDUTY: frozenset(),
}
"""What may be said of a webhook besides its kind, url and secret."""

PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"


class Hook(Value, frozen=True, kw_only=True):
    """`secret` signs (generic), is the password of `user` or a bearer token (ServiceNow), or the integration key (PagerDuty).

    `card` sends incidents' Adaptive Cards along; `fields` are set on each new ticket. The address may hold a secret too.
    """

    name: str
    kind: WebhookKind
    url: str
    secret: SecretStr
    card: bool = False
    user: str = ""
    close_code: str = "Solution provided"
    fields: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Hook(name={self.name!r}, kind={self.kind.value!r})"


def hook(webhook: Webhook, secret: SecretStr) -> Hook:
    """A webhook of the routes file with the secret that it refers to. Raises BadSettings with all that is wrong."""
    wrong = [*_wrong_options(webhook), *_wrong_secret(webhook.kind, secret.get_secret_value())]
    if wrong:
        raise BadSettings(f"The webhook {webhook.name!r} cannot be used: {'; '.join(wrong)}.")
    given: dict[str, Any] = {name: value for name, value in webhook.options.items() if value != ""}
    return Hook(name=webhook.name, kind=webhook.kind, url=webhook.url or PAGERDUTY_URL, secret=secret, **given)


def _wrong_options(webhook: Webhook) -> Iterator[str]:
    if strange := sorted(set(webhook.options) - OPTIONS[webhook.kind]):
        yield f"{', '.join(strange)} is not for the kind {webhook.kind}"
    if ":" in str(webhook.options.get("user", "")):
        yield "user may not hold a colon"


def _wrong_secret(kind: WebhookKind, secret: str) -> Iterator[str]:
    if not secret:
        yield "its secret is empty"
    elif not secret.isprintable():
        yield "its secret holds a line's end or something invisible"
    elif kind is WebhookKind.PAGERDUTY and not re.fullmatch(r"[0-9A-Za-z]{32}", secret):
        yield "its secret is no integration key of PagerDuty's Events API v2, which has 32 letters and digits"
