"""Azure Monitor's door: who gets in, what is taken, and that what was thanked for is kept."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.azure_monitor import AlertDoor
from bot.adapters.azure_monitor.auth import Secret, Tokens
from bot.adapters.store import Store
from bot.adapters.teams.keys import Keys
from bot.alert_keeping import AlertKeeper
from bot.web import AccessLog, application
from sandbox.faults import Faults
from sandbox.login import add_entra_keys
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from tests.support.azure_alerts import SAMPLES, delivery, log_v1, resolved

SECRET = "kJ3vT9mQ2xLw8RzB5nYc7HdF4gPs6aUe"
PATH = f"/api/alerts/{SECRET}"
AUDIENCE = "api://syncwatch"


class Door:
    """The door on a store, the tenant whose tokens it takes, and a client."""

    client: TestClient[web.Request, web.Application]
    store: Store

    def __init__(self) -> None:
        self.tenant = Tenant(story="quiet")
        self.box = Sandbox(self.tenant, Faults(self.tenant.clock))
        self.heard = 0
        self.ahead = timedelta()
        self.keys_down = False

    async def enter(self, folder: Path, held: AsyncExitStack, secret: str = SECRET, audience: str = AUDIENCE) -> Door:
        site = web.Application()
        add_entra_keys(site, self.tenant, self.box.entra_keys)
        entra = TestServer(site, host="127.0.0.1")
        await held.enter_async_context(entra)
        fetching = await held.enter_async_context(TestClient(entra))

        async def fetch(url: str) -> bytes:
            if self.keys_down:
                raise ConnectionError("login is away")
            async with fetching.session.get(url) as answer:
                return await answer.read()

        self.store = await Store.open(f"sqlite:///{folder / 'bot.db'}")
        held.push_async_callback(self.store.close)
        authority = f"{entra.make_url('/')}{self.tenant.id}"
        tokens = Tokens(
            tenant_id=self.tenant.id,
            audience=(audience,) if audience else (),
            sender="461e8683-5575-4561-ac7f-899cc907d62a",
            issuers=(f"https://sts.windows.net/{self.tenant.id}/", f"{authority}/v2.0"),
            keys=Keys(
                f"{authority}/v2.0/.well-known/openid-configuration", fetch, self.now, of="what Entra vouches for"
            ),
            clock=self.now,
        )
        keeper = AlertKeeper(self.store, self._heard)
        door = AlertDoor(secret=Secret(secret), tokens=tokens, keep=keeper.keep, now=self.now, patience=0.3)
        server = TestServer(application(receive=door.receive, problems=list, alerts=door.receive), host="127.0.0.1")
        await server.start_server(access_log_class=AccessLog)
        self.client = await held.enter_async_context(TestClient(server))
        return self

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def _heard(self) -> None:
        self.heard += 1

    async def send(self, body: Any, path: str = PATH, **headers: str) -> tuple[int, dict[str, str]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(path, data=data, headers=headers) as answer:
            return answer.status, await answer.json()

    async def send_token(self, **claims: Any) -> tuple[int, dict[str, str]]:
        token = self.box.alert_token(AUDIENCE, **claims)
        return await self.send(delivery(), "/api/alerts", Authorization=f"Bearer {token}")

    async def open(self) -> list[str]:
        async with self.store.look() as tx:
            return [series.alert.rule for series in await tx.alerts.open()]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with AsyncExitStack() as held:
        yield await Door().enter(tmp_path, held)


@pytest.mark.parametrize("kind", SAMPLES)
async def test_every_documented_kind_of_alert_is_taken(door: Door, kind: str) -> None:
    assert await door.send(SAMPLES[kind]()) == (202, {"status": "kept"})
    assert len(await door.open()) == 1


async def test_a_delivery_that_is_repeated_is_known_and_tells_nothing_new(door: Door) -> None:
    assert [(await door.send(delivery()))[1]["status"] for _ in range(3)] == ["kept", "known", "known"]
    assert door.heard == 1
    assert (await door.send(resolved(delivery())))[1] == {"status": "kept"}
    assert (await door.send(resolved(delivery())))[1] == {"status": "known"}
    assert await door.open() == []


async def test_what_is_resolved_before_it_is_heard_of_never_opens(door: Door) -> None:
    await door.send(resolved(delivery(), at="2026-11-21T08:05:00Z"))
    await door.send(delivery())
    assert await door.open() == []
    await door.send(delivery(firedDateTime="2026-11-21T08:06:00Z"))
    assert await door.open() == ["Provisioning failures"]


async def test_a_delivery_is_on_disk_when_it_is_thanked_for(door: Door, tmp_path: Path) -> None:
    await asyncio.gather(*(door.send(delivery(number=number)) for number in range(20)))
    again = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    async with again.look() as tx:
        assert [series.unresolved for series in await tx.alerts.open()] == [20]
    await again.close()


async def test_what_was_followed_by_another_is_forgotten_soon_and_the_last_is_kept_for_a_month(door: Door) -> None:
    for number in range(3):
        await door.send(delivery(number=number, firedDateTime=f"2026-11-21T0{number}:00:00Z"))

    async def left(days: int) -> int:
        async with door.store.begin() as tx:
            await tx.alerts.prune(door.now() + timedelta(days=days))
            return sum(series.unresolved for series in await tx.alerts.open())

    assert [await left(1), await left(3), await left(29), await left(31)] == [3, 1, 1, 0]


async def test_what_cannot_be_kept_is_asked_for_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(door.store, "begin", broken)
    answers = await asyncio.gather(*(door.send(delivery(number=number)) for number in range(5)))
    assert {status for status, _ in answers} == {503}
    monkeypatch.undo()
    assert (await door.send(delivery()))[0] == 202


# --- Who gets in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["wrong", SECRET[:-1], SECRET + "x", SECRET.lower(), "%00", "ä", "%FF"])
async def test_a_wrong_secret_does_not_get_in(door: Door, wrong: str) -> None:
    status, told = await door.send(delivery(), f"/api/alerts/{wrong}")
    assert (status, told["error"]) == (401, "The secret in the path is not the one of ALERTS_SECRET.")
    assert await door.open() == []


async def test_a_token_of_the_tenant_for_azure_monitor_gets_in(door: Door) -> None:
    assert (await door.send_token())[0] == 202
    assert (await door.send_token(appid=None, azp="461E8683-5575-4561-ac7f-899cc907d62a"))[0] == 202


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "api://another"},
        {"aud": None},
        {"iss": "https://sts.windows.net/0d0d0d0d-0000-4000-8000-00000000000f/"},
        {"iss": None},
        {"tid": "0d0d0d0d-0000-4000-8000-00000000000f"},
        {"tid": None},
        {"appid": "0d0d0d0d-0000-4000-8000-00000000000f"},
        {"appid": None},
        {"exp": None},
        {"exp": 1_700_000_000},
        {"exp": "tomorrow"},
        {"nbf": 9_999_999_999},
    ],
    ids=str,
)
async def test_other_tokens_do_not_get_in(door: Door, claims: dict[str, Any]) -> None:
    status, told = await door.send_token(**claims)
    assert (status, await door.open()) == (401, []), told
    assert told["error"].endswith(".")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a.b.c", "Bearer garbage", "Basic x", "Bearer ..", "bearer x"])
async def test_without_a_token_the_sentence_says_what_is_needed(door: Door, header: str) -> None:
    status, told = await door.send(delivery(), "/api/alerts", **({"Authorization": header} if header else {}))
    assert status == 401
    assert "token" in told["error"].lower()


async def test_a_token_signed_by_somebody_else_does_not_get_in(door: Door) -> None:
    stranger = Sandbox(door.tenant, Faults(door.tenant.clock))
    stranger.entra_keys.rotate()
    for kid in (stranger.entra_keys.published[0][0], door.box.entra_keys.published[0][0]):
        claims = {"aud": AUDIENCE, "exp": 9_999_999_999, "iss": f"https://sts.windows.net/{door.tenant.id}/"}
        token = stranger.entra_keys.sign(claims, {"kid": kid})
        assert (await door.send(delivery(), "/api/alerts", Authorization=f"Bearer {token}"))[0] == 401


async def test_while_the_keys_cannot_be_read_azure_monitor_is_asked_to_come_again(door: Door) -> None:
    door.keys_down = True
    assert (await door.send_token())[0] == 503
    door.keys_down = False
    door.ahead = timedelta(seconds=30)
    assert (await door.send_token())[0] == 202


async def test_a_way_in_that_is_not_set_up_is_shut(tmp_path: Path) -> None:
    async with AsyncExitStack() as held:
        no_secret = await Door().enter(tmp_path, held, secret="")
        assert (await no_secret.send(delivery(), "/api/alerts/"))[0] == 404
        assert (await no_secret.send(delivery(), "/api/alerts/x"))[0] == 401
    async with AsyncExitStack() as held:
        no_audience = await Door().enter(tmp_path, held, audience="")
        status, told = await no_audience.send_token()
        assert (status, "ALERTS_AUDIENCE is empty" in told["error"]) == (401, True)


async def test_neither_secrets_nor_tokens_are_in_the_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    logging.getLogger("asyncio").setLevel("WARNING")
    token = door.box.alert_token("api://another")
    await door.send(delivery())
    await door.send(delivery(), f"/api/alerts/{SECRET}/")
    await door.send(delivery(), f"/api/alert/{SECRET}")
    await door.send(delivery(), f"/API%2Falerts/{SECRET}")
    await door.send(b"nonsense")
    await door.send(delivery(), "/api/alerts", Authorization=f"Bearer {token}")
    written = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert [secret for secret in (SECRET, token, "nonsense", "Provisioning failures") if secret in written] == []
    paths = {record.path for record in caplog.records if record.msg == "request"}  # type: ignore[attr-defined]
    assert paths == {"/api/alerts/…", "/api/alerts", "/api/…"}


# --- What is taken --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"[1]", "not JSON"),
        (b'{"a":' * 100_000, "nested too deeply"),
        ({}, "schemaId is missing"),
        ({"schemaId": "AzureMonitorMetricAlert", "data": {}}, "'Enable the common alert schema'"),
        ({"schemaId": "Microsoft.Insights/activityLogs", "data": {}}, "'Enable the common alert schema'"),
        ({"schemaId": "azureMonitorCommonAlertSchema"}, "data.essentials is missing"),
        ({"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": []}}, "data.essentials is missing"),
        (delivery(alertId=None), "alertId is missing"),
        (delivery(alertId="  "), "alertId is missing"),
        (delivery(firedDateTime=None), "firedDateTime must be a time"),
        (delivery(firedDateTime="yesterday"), "firedDateTime must be a time"),
        (delivery(firedDateTime="0001-01-01T00:00:00Z"), "firedDateTime must be a time"),
        (resolved(delivery(firedDateTime=None)), "neither firedDateTime nor resolvedDateTime"),
    ],
    ids=str,
)
async def test_what_is_no_alert_is_answered_with_a_sentence(door: Door, body: Any, says: str) -> None:
    status, told = await door.send(body)
    assert (status, says in told["error"]) == (400, True), told
    assert await door.open() == []


@pytest.mark.parametrize(
    "essentials",
    [
        {"severity": "Sev9", "monitorCondition": "Smouldering", "signalType": "Aether"},
        {"alertRule": None, "description": None, "configurationItems": None, "alertTargetIDs": None},
        {"alertRule": 7, "description": {"a": 1}, "configurationItems": "x", "alertTargetIDs": [None, 3, "/a/b"]},
        {"alertRule": "x" * 10_000, "description": "<at>all</at> [a](b) \u202e" * 1_000},
        {"alertRule": "\ud800 half", "investigationLink": "javascript:alert(1)"},
    ],
    ids=["unknown words", "nothing", "wrong types", "huge", "hostile"],
)
async def test_odd_alerts_are_taken_as_far_as_they_can_be_read(door: Door, essentials: dict[str, Any]) -> None:
    assert (await door.send(delivery(**essentials)))[0] == 202
    assert len(await door.open()) == 1


async def test_an_alert_with_a_byte_order_mark_is_read(door: Door) -> None:
    assert (await door.send(b"\xef\xbb\xbf" + json.dumps(delivery(log_v1())).encode()))[0] == 202


async def test_five_megabytes_are_refused_at_once_however_they_come(door: Door) -> None:
    started = asyncio.get_running_loop().time()
    big = b'{"schemaId": "' + b"x" * 5_000_000

    async def in_parts() -> AsyncIterator[bytes]:
        for at in range(0, len(big), 65_536):
            yield big[at : at + 65_536]

    for data in (BytesIO(big), in_parts()):
        async with door.client.post(PATH, data=data) as answer:
            assert (answer.status, set(await answer.json())) == (413, {"error"})
    assert asyncio.get_running_loop().time() - started < 5
    assert (await door.send(delivery()))[0] == 202


async def test_a_body_that_does_not_arrive_is_not_waited_for(door: Door) -> None:
    endless = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"schemaId":'
        await endless.wait()

    async with door.client.post(PATH, data=slowly()) as answer:
        assert answer.status == 408
        assert "send it again" in (await answer.json())["error"]
    endless.set()
    assert (await door.send(delivery()))[0] == 202
