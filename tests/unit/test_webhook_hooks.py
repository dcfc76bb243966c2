"""Webhooks as the routes file tells of them: mistakes are told at once, secrets never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bot import routes_file
from bot.adapters.webhooks import Hook, hook
from bot.adapters.webhooks.hook import PAGERDUTY_URL
from bot.model.routes import Webhook, WebhookKind
from bot.ports import BadSettings
from bot.settings import Settings

SECRET = SecretStr("0123456789abcdef0123456789abcdef")
GUID = "0a0a0a0a-0000-4000-8000-000000000001"
DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"


def of(kind: str, **options: Any) -> Webhook:
    return Webhook(name="desk", kind=WebhookKind(kind), url="https://desk.example", secret="env:X", options=options)


def test_the_documents_example_is_read_as_it_says(tmp_path: Path) -> None:
    example = DOCUMENT.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "routes.toml").write_text(example, "utf-8")
    found = routes_file.read(tmp_path / "routes.toml", rules=(), personas=(), secret=lambda reference: SECRET)
    own, desk, pager = (hook(each, SECRET) for each in found.webhooks)
    assert (own.kind, own.url, own.card) == (WebhookKind.GENERIC, "https://hooks.example.com/syncwatch", False)
    assert desk == Hook(
        name="desk",
        kind=WebhookKind.SERVICENOW,
        url="https://contoso.service-now.com",
        secret=SECRET,
        user="syncwatch",
        fields={"assignment_group": "Identity", "category": "software"},
    )
    assert (pager.kind, pager.url) == (WebhookKind.PAGERDUTY, PAGERDUTY_URL)


def test_an_option_that_is_left_empty_is_as_if_it_were_not_there() -> None:
    assert hook(of("servicenow", close_code="", user=""), SECRET).close_code == "Solution provided"


@pytest.mark.parametrize(
    ("webhook", "secret", "told"),
    [
        (of("generic", user="u"), "s", "user is not for the kind generic"),
        (of("servicenow", card=True), "s", "card is not for the kind servicenow"),
        (of("servicenow", user="a:b"), "s", "user may not hold a colon"),
        (of("generic"), "", "secret is empty"),
        (of("generic"), "a\nb", "secret holds a line's end"),
        (of("generic"), "fifteen-letters", "secret has fewer than 16 letters"),
        (of("pagerduty"), "short", "has 32 letters and digits"),
    ],
)
def test_what_is_wrong_is_told_by_name(webhook: Webhook, secret: str, told: str) -> None:
    with pytest.raises(BadSettings, match="'desk'") as caught:
        hook(webhook, SecretStr(secret))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "/", "/api/now/table/incident", "/api/now/v2/table/u_identity_incident/", "/api/x_corp/desk/records"]
)
def test_servicenow_is_named_as_an_instance_or_as_one_of_its_tables(url: str) -> None:
    address = f"https://desk.example{url}"
    assert hook(replace(of("servicenow"), url=address), SECRET).url == address


@pytest.mark.parametrize(
    "url", ["/now/nav/ui/home", "/incident.do", "/api", "/?sysparm_view=ess", "/api/now/table/incident?x=1", "/#list"]
)
def test_an_address_of_servicenow_of_which_something_would_be_lost_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="url is to be the instance alone, like https://contoso"):
        hook(replace(of("servicenow"), url=f"https://desk.example{url}"), SECRET)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        hook(of("pagerduty", user="a:b"), SecretStr(""))
    assert str(caught.value).count(";") == 2


def test_neither_the_secret_nor_the_address_is_in_what_is_printed() -> None:
    made = Hook(name="desk", kind=WebhookKind.GENERIC, url="https://x.example/?sig=HUSH", secret=SecretStr("HUSH"))
    assert "HUSH" not in f"{made} {made!r} {[made]}"
    assert "desk" in repr(made)


def test_where_webhooks_may_go_is_hosts_and_networks() -> None:
    def settings(allow: str) -> Settings:
        given = dict.fromkeys(("tenant_id", "app_id"), GUID)
        return Settings(_env_file=None, app_secret=SecretStr("s"), webhook_allow=allow, **given)  # pyright: ignore

    allowed = settings("tickets.corp.example, 10.1.0.0/16 [fd00::1] localhost").webhook_allow
    assert allowed == ("tickets.corp.example", "10.1.0.0/16", "[fd00::1]", "localhost")
    with pytest.raises(ValueError, match=r"'http://foo/', '10\.0\.0\.0/99' are neither a host"):
        settings("http://foo/ fine.example 10.0.0.0/99")
    with pytest.raises(ValueError, match=r"'5/' and 2 more are neither a host"):
        settings(" ".join(f"{each}/" for each in range(1, 8)))
    for wrong in ("10.1.0.0/33", "https://x.example", "10.1.0", "a b/c"):
        with pytest.raises(ValueError, match="neither a host"):
            settings(wrong)
