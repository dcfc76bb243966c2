"""What the file of ROUTES asks of the other settings, and of each kind of webhook, and does not find there.

It looks at the file as it stands, whatever else is wrong in it, so that all is told at once; what is no table, no list
or no text there is told by its form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic import SecretStr

from bot.adapters.webhooks import misfits as misfits_of
from bot.model.routes import MAIL, WebhookKind
from bot.routes_form import WebhookTable
from bot.toml_lines import Place

Misfit = tuple[Place, str]
"""A place in the file, and what is wrong there."""

Secret = Callable[[str], SecretStr]

_OF_ALL = ("kind", "url", "secret")


def misfits(raw: Mapping[str, Any], secret: Secret, *, mailed: bool) -> Iterator[Misfit]:
    """All of them. `secret` raises ValueError where one cannot be had; `mailed` says that there is a mail server."""
    if not mailed:
        yield from _mail(raw)
    for name, table in _table(raw.get("webhooks")).items():
        kind = next((each for each in WebhookKind if each == str(_table(table).get("kind", "generic")).lower()), None)
        if kind is not None:
            for key, why in _webhook(kind, _table(table), secret):
                yield ("webhooks", name, key), why


def _mail(raw: Mapping[str, Any]) -> Iterator[Misfit]:
    """The first address that is to be told: one word is enough for all of them."""
    tables: list[tuple[Place, Any]] = [(("routes", at), each) for at, each in enumerate(_listed(raw.get("routes")))]
    for place, table in [*tables, (("fallback",), raw.get("fallback"))]:
        if any(str(each).startswith(MAIL) for each in _listed(_table(table).get("to"))):
            yield (*place, "to"), "names a mail address, so SMTP_HOST must name a mail server"
            return


def _webhook(kind: WebhookKind, table: Mapping[str, Any], secret: Secret) -> Iterator[tuple[str, str]]:
    known = WebhookTable.model_fields.keys() - _OF_ALL
    options = {key: table[key] for key in known & table.keys()}
    url = table.get("url")
    yield from misfits_of(kind, url if isinstance(url, str) else "", options, _kept(table.get("secret"), secret))


def _kept(reference: object, secret: Secret) -> SecretStr | None:
    try:
        return secret(reference) if isinstance(reference, str) and reference else None
    except ValueError:
        return None


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
