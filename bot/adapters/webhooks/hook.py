"""One configured webhook, ready to be called: what the routes file says of it, with its secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

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

SHORTEST = 16
"""Letters of a secret that signs."""

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
    if wrong := [f"{key} {why}" for key, why in misfits(webhook.kind, webhook.url, webhook.options, secret)]:
        raise BadSettings(f"The webhook {webhook.name!r} cannot be used: {'; '.join(wrong)}.")
    given: dict[str, Any] = {name: value for name, value in webhook.options.items() if value != ""}
    return Hook(name=webhook.name, kind=webhook.kind, url=webhook.url or PAGERDUTY_URL, secret=secret, **given)


def misfits(
    kind: WebhookKind, url: str, options: Mapping[str, object], secret: SecretStr | None
) -> Iterator[tuple[str, str]]:
    """What does not go with the kind: each key of the file with what is wrong there. None is a secret that is not there."""
    for key in sorted(options.keys() - OPTIONS[kind]):
        yield key, f"is not for the kind {kind}"
    if kind is WebhookKind.SERVICENOW and not _names_a_table(url):
        yield (
            "url",
            (
                "is to be the instance alone, like https://contoso.service-now.com, or the whole address of one of its "
                "tables, like https://contoso.service-now.com/api/now/table/incident, with nothing after it"
            ),
        )
    if ":" in str(options.get("user", "")):
        yield "user", "may not hold a colon"
    if secret is not None and (why := _wrong_secret(kind, secret.get_secret_value())):
        yield "secret", why


def _names_a_table(url: str) -> bool:
    """Whether nothing of the address would be lost, as it would be of a page that people open."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True  # what is no address at all is told as that
    path = parts.path.rstrip("/")
    whole = (not path or path.startswith("/api/")) and not parts.query and not parts.fragment
    return whole or parts.scheme not in ("https", "http")


def _wrong_secret(kind: WebhookKind, secret: str) -> str:
    if not secret:
        return "is empty"
    if not secret.isprintable():
        return "holds a line's end or something invisible"
    if kind is WebhookKind.PAGERDUTY and not re.fullmatch(r"[0-9A-Za-z]{32}", secret):
        return "is no integration key of PagerDuty's Events API v2, which has 32 letters and digits"
    if kind is WebhookKind.GENERIC and len(secret) < SHORTEST:
        return (
            f"has fewer than {SHORTEST} letters, so that what it signs can be forged by guessing; "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` makes a good one"
        )
    return ""
