"""The tables that may stand in the file of ROUTES, and what may stand in each."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.model import Severity
from bot.model.routes import JobKind, Matchers, WebhookKind
from bot.routes_values import (
    MOST_VALUES,
    Few,
    Guid,
    Kind,
    Persona,
    Receivers,
    Rule,
    Secret,
    SeverityWord,
    Text,
    Url,
    WebhookName,
    listed,
    one_of,
    some_or,
)

MOST_ROUTES = 10_000


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class RouteTable(_Form):
    """[[routes]]"""

    to: Receivers
    jobs: Annotated[list[Text], BeforeValidator(listed), Few, some_or("match every job")]
    kinds: Annotated[list[Kind], BeforeValidator(listed), Few, some_or("match every kind of job")]
    rules: Annotated[list[Rule], BeforeValidator(listed), Few, some_or("match every rule")]
    severity: SeverityWord = ""
    owners: Annotated[list[Guid], BeforeValidator(listed), Few, some_or("match every job, whoever owns it")]
    personas: Annotated[list[Persona], BeforeValidator(listed), Few, some_or("match every persona")]
    mention: Annotated[list[Guid], BeforeValidator(listed), Few, some_or("mention nobody")]

    @property
    def matchers(self) -> Matchers:
        return Matchers(
            jobs=tuple(self.jobs),
            kinds=tuple(map(JobKind, self.kinds)),
            rules=tuple(self.rules),
            severity=Severity(self.severity) if self.severity else None,
            owners=tuple(self.owners),
            personas=tuple(self.personas),
        )


class WebhookTable(_Form):
    """[webhooks.NAME]"""

    kind: Annotated[Text, AfterValidator(lambda value: one_of(value, list(WebhookKind)))] = WebhookKind.GENERIC.value
    url: Url = ""
    secret: Secret = ""
    user: Text = ""
    close_code: Text = ""
    fields: Annotated[dict[Text, str], Field(default_factory=dict, max_length=MOST_VALUES)]
    card: bool = False

    @model_validator(mode="after")
    def _whole(self) -> WebhookTable:
        if not self.url and self.kind != WebhookKind.PAGERDUTY:
            raise ValueError("url is missing")
        if not self.secret:
            raise ValueError("secret is missing; write env:NAME or file:PATH, never the secret itself")
        return self


class FallbackTable(_Form):
    """[fallback]"""

    to: Receivers


class OnCallTable(_Form):
    """[oncall]"""

    people: Annotated[list[Guid], BeforeValidator(listed), Field(min_length=1, max_length=MOST_VALUES)]
    minutes: Annotated[int, Field(ge=1, le=1_440)] = 15
    severity: SeverityWord = Severity.HIGH.value


class Whole(_Form):
    """The file."""

    routes: Annotated[list[RouteTable], Field(default_factory=list, max_length=MOST_ROUTES)]
    webhooks: Annotated[dict[WebhookName, WebhookTable], Field(default_factory=dict, max_length=MOST_VALUES)]
    fallback: FallbackTable | None = None
    oncall: OnCallTable | None = None


def keys_of(table: str) -> list[str]:
    """What a table may hold, by the name that mistakes are told under; "" is the file itself."""
    forms: dict[str, type[_Form]] = {"[fallback]": FallbackTable, "[oncall]": OnCallTable, "": Whole}
    if table.startswith("[[routes]]"):
        return list(RouteTable.model_fields)
    return list((WebhookTable if table.startswith("[webhooks.") else forms[table]).model_fields)
