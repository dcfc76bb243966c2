"""Values in the file of ROUTES: ids, words, patterns and receivers; one that may not stand there says what could."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from rapidfuzz import fuzz, process

from bot.addresses import address
from bot.model import PERSON, Severity
from bot.model.routes import MAIL, WEBHOOK, JobKind
from bot.ports import Refusal
from bot.routing import like

LONGEST, MOST_VALUES = 200, 200


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What values are held against: the names of rules, personas and webhooks, whether a secret can be had, and
    whether an address may be called.
    """

    rules: Collection[str]
    personas: Collection[str]
    webhooks: Collection[str]
    secret: Callable[[str], object]
    url: Callable[[str], object] = str


def _allowed(info: ValidationInfo) -> Allowed:
    return cast("Mapping[str, Allowed]", info.context)["allowed"]


def listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _short(value: str) -> str:
    if not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise ValueError(f"is to be text of 1 to {LONGEST} letters")
    return value.strip()


def some_or(otherwise: str) -> AfterValidator:
    """Refuses an empty list, of which nobody could say whether it means nothing or everything."""

    def some(value: list[str]) -> list[str]:
        if not value:
            raise ValueError(f"is empty; leave it out to {otherwise}")
        return value

    return AfterValidator(some)


def guid(value: str) -> str:
    """An object id as Entra writes it. Raises ValueError."""
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError(f"'{value[:60]}' is no object id, like 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0") from None


def one_of(value: str, known: Collection[str]) -> str:
    """The known word that is meant, whatever the case. Raises ValueError with the nearest."""
    found = next((each for each in known if each.lower() == value.strip().lower()), None)
    if found is None:
        near = process.extractOne(value.lower(), list(known), scorer=fuzz.ratio, score_cutoff=50)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"'{value[:60]}' is not known; there are {', '.join(known)}.{hint}")
    return found


def rule_pattern(value: str, known: Collection[str]) -> str:
    """A rule's name or a pattern that fits one at least. Raises ValueError."""
    if not any(like(value, each) for each in known):
        near = process.extractOne(value.strip("*?").lower(), list(known), scorer=fuzz.WRatio, score_cutoff=50)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"'{value[:60]}' fits no rule, so that the route would match nothing.{hint}")
    return value


def _receiver(value: str, info: ValidationInfo) -> str:
    if value.startswith(MAIL):
        return MAIL + _mail(value.removeprefix(MAIL))
    if value.startswith(WEBHOOK):
        return _webhook(value, _allowed(info).webhooks)
    if value.startswith(PERSON):
        return PERSON + guid(value.removeprefix(PERSON))
    if re.fullmatch(r"(19:|a:)[^\s;]+", value):
        return value
    hint = ""
    if "@" in value:
        hint = f" Did you mean {MAIL}{value[:80]}?"
    elif re.fullmatch(r"[0-9a-fA-F-]{32,36}", value):
        hint = f" Did you mean {PERSON}{value}?"
    elif value in _allowed(info).webhooks:
        hint = f" Did you mean {WEBHOOK}{value}?"
    said = f"{MAIL}ADDRESS, {WEBHOOK}NAME, {PERSON}OBJECT-ID, or the id of a conversation in Teams (19:…)"
    raise ValueError(f"'{value[:80]}' is no receiver; write {said}.{hint}")


def _mail(value: str) -> str:
    try:
        return address(value).spec
    except Refusal as error:
        raise ValueError(str(error).rstrip(".")) from None


def _webhook(value: str, known: Collection[str]) -> str:
    name = value.removeprefix(WEBHOOK)
    if name not in known:
        near = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=50)
        hint = f" Did you mean {WEBHOOK}{near[0]}?" if near else ""
        raise ValueError(f"'{value[:80]}' is not among the webhooks of this file; [webhooks.NAME] makes one.{hint}")
    return value


def _webhook_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", value):
        raise ValueError(f"{value[:60]!r} is no name for a webhook; write small letters, digits, - and _")
    return value


def _url(value: str, info: ValidationInfo) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
        good = good and (parts.port or 1) > 0 and re.fullmatch(r"[!-~]{1,2000}", value) is not None
    except ValueError:
        good = False
    if not good:
        raise ValueError("is to be a whole address that begins with https://, without a name or password in it")
    _allowed(info).url(value)
    return value


def _secret(value: str, info: ValidationInfo) -> str:
    if value:
        _allowed(info).secret(value)
    return value


Text = Annotated[str, AfterValidator(_short)]
Guid = Annotated[Text, AfterValidator(guid)]
Receiver = Annotated[Text, AfterValidator(_receiver)]
SeverityWord = Annotated[Text, AfterValidator(lambda value: one_of(value, list(Severity)))]
Kind = Annotated[Text, AfterValidator(lambda value: one_of(value, list(JobKind)))]
Rule = Annotated[Text, AfterValidator(lambda value, info: rule_pattern(value, _allowed(info).rules))]
Persona = Annotated[Text, AfterValidator(lambda value, info: one_of(value, _allowed(info).personas))]
Url = Annotated[Text, AfterValidator(_url)]
Secret = Annotated[Text, AfterValidator(_secret)]
WebhookName = Annotated[str, AfterValidator(_webhook_name)]
Receivers = Annotated[list[Receiver], BeforeValidator(listed), Field(min_length=1, max_length=MOST_VALUES)]
Few = Field(default_factory=list, max_length=MOST_VALUES)
