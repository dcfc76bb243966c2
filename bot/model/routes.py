"""Routes: who hears of which incidents, and what the file of ROUTES says besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.model.alerting import Severity
from bot.model.base import Value
from bot.model.people import Person

MAIL, WEBHOOK = "mailto:", "webhook:"
"""How the ids of receivers begin that are outside of Teams."""


class JobKind(StrEnum):
    """Jobs by what they are for, as people speak of them."""

    HR = "hr"
    CLOUD_SYNC = "cloud-sync"
    CROSS_TENANT = "cross-tenant"
    APP = "app"


class Matchers(Value, frozen=True, kw_only=True):
    """Which incidents are meant: all of these have to hold, of several values of one any; an empty one always holds.

    `jobs` are ids, or patterns of names with * and ?; `rules` are names or patterns; `severity` is the least one.
    `owners` are object ids of people who own the job's application; `personas` are whom the rule is for.
    """

    jobs: tuple[str, ...] = ()
    kinds: tuple[JobKind, ...] = ()
    rules: tuple[str, ...] = ()
    severity: Severity | None = None
    owners: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()


class RouteSource(StrEnum):
    CHAT = "chat"
    SETTINGS = "settings"


class Route(Value, frozen=True, kw_only=True):
    """A receiver that hears of what the matchers let through; `to` is a conversation's id.

    Chat and settings number theirs by themselves. `mention` are object ids of people that the card mentions.
    """

    to: str
    matchers: Matchers = Matchers()
    mention: tuple[str, ...] = ()
    source: RouteSource = RouteSource.CHAT
    number: int = 0
    made_by: Person | None = None
    made_at: datetime | None = None


class WebhookKind(StrEnum):
    GENERIC = "generic"
    SERVICENOW = "servicenow"
    PAGERDUTY = "pagerduty"


class Webhook(Value, frozen=True, kw_only=True):
    """A receiver outside of Teams. `secret` says where its secret is kept (env:NAME, file:PATH), never the secret itself.

    `options` are what its kind takes besides, as they stand in the file.
    """

    name: str
    kind: WebhookKind
    url: str
    secret: str
    options: Mapping[str, str | bool | Mapping[str, str]] = {}

    @property
    def id(self) -> str:
        """Its id among the conversations."""
        return f"{WEBHOOK}{self.name}"

    @property
    def takes_reports(self) -> bool:
        """Whether it is sent what is about no incident: where each message is a ticket or a page, it is not."""
        return self.kind is WebhookKind.GENERIC

    @property
    def takes_notes(self) -> bool:
        """Whether sentences for people are sent there: PagerDuty's events have no place for them."""
        return self.kind is not WebhookKind.PAGERDUTY


class OnCall(Value, frozen=True, kw_only=True):
    """Who is asked, one after the other, each after `minutes` in which nobody has taken an incident of `severity` or worse."""

    people: tuple[str, ...]
    minutes: int = 15
    severity: Severity = Severity.HIGH


class Arranged(Value, frozen=True, kw_only=True):
    """All that the file of ROUTES says; `fallback` are the receivers of what no route matches. `file` is where it lies."""

    routes: tuple[Route, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    fallback: tuple[str, ...] = ()
    oncall: OnCall | None = None
    file: str = ""
