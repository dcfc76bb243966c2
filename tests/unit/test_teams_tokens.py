"""Who gets in: botbuilder's own validation runs here, on tokens that are signed with real keys."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.teams import Teams
from bot.ports import BadSettings
from tests.support.teams_stage import APP, TENANT, Ear, Stage

MINUTE = 60


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


def now() -> int:
    return int(time.time())


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_a_valid_token_gets_in(stage: Stage) -> None:
    assert await stage.send(stage.activity()) == (200, None)
    assert [line.text for line in stage.ear.lines] == ["help"]


async def test_clocks_may_differ_by_a_few_minutes(stage: Stage) -> None:
    assert (await stage.send(stage.activity(), exp=now() - 4 * MINUTE))[0] == 200
    assert (await stage.send(stage.activity(), nbf=now() + 4 * MINUTE))[0] == 200


WRONG: dict[str, dict[str, Any]] = {
    "ended": {"exp": now() - 6 * MINUTE},
    "without an end": {"exp": None},
    "an end in words": {"exp": "soon"},
    "an end in text": {"exp": str(now() + 60 * MINUTE)},
    "begins later": {"nbf": now() + 30 * MINUTE},
    "for another app": {"aud": "another-app"},
    "for nobody": {"aud": None},
    "for the empty name": {"aud": ""},
    "for a list": {"aud": [APP]},
    "by another issuer": {"iss": "https://sts.windows.net/somebody/"},
    "by nobody": {"iss": None},
    "of another service": {"serviceurl": "https://smba.evil.example/"},
    "of no service": {"serviceurl": None},
    "of the empty service": {"serviceurl": ""},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
async def test_wrong_claims_do_not_get_in(stage: Stage, claims: dict[str, Any]) -> None:
    await refused(stage, header=f"Bearer {stage.token(**claims)}")


@pytest.mark.parametrize(
    "issuer",
    [
        "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
        "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0",
    ],
)
async def test_the_emulator_and_other_bots_do_not_get_in(stage: Stage, issuer: str) -> None:
    for version, claim in (("1.0", "appid"), ("2.0", "azp")):
        await refused(stage, header=f"Bearer {stage.token(iss=issuer, ver=version, **{claim: APP})}")
        await refused(stage, header=f"Bearer {stage.token(iss=issuer, ver=version, **{claim: 'another-bot'})}")
    await refused(stage, header=f"Bearer {stage.token(appid='AnonymousSkill')}")


async def test_a_key_that_teams_never_published_does_not_open(stage: Stage) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(stage.token(), options={"verify_signature": False})
    kid = stage.keys.published[0][0]
    for name in (kid, "unknown", None):
        headers = {} if name is None else {"kid": name}
        await refused(stage, header=f"Bearer {jwt.encode(claims, stranger, algorithm='RS256', headers=headers)}")


async def test_other_algorithms_do_not_open(stage: Stage) -> None:
    kid, key, _ = stage.keys.published[0]
    claims = jwt.decode(stage.token(), options={"verify_signature": False})
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{part(claims)}."
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hmac = jwt.get_algorithm_by_name("HS256")
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(claims)}"
    signature = base64.urlsafe_b64encode(hmac.sign(signed.encode(), public)).decode().rstrip("=")
    await refused(stage, header=f"Bearer {unsigned}")
    await refused(stage, header=f"Bearer {signed}.{signature}")


@pytest.mark.parametrize("scheme", ["bearer {}", "Basic {}", "{}", "Bearer  {}", "Bearer {} more", "Bearer"])
async def test_the_header_must_be_as_teams_writes_it(stage: Stage, scheme: str) -> None:
    await refused(stage, header=scheme.format(stage.token()))


@pytest.mark.parametrize("header", ["", "Bearer garbage", "Bearer a.b.c", "Bearer ..", "Bearer \udcff", "💥"])
async def test_garbage_does_not_get_in(stage: Stage, header: str) -> None:
    await refused(stage, header=header)


async def test_a_changed_token_does_not_get_in(stage: Stage) -> None:
    head, body, signature = stage.token().split(".")
    claims = {**jwt.decode(f"{head}.{body}.{signature}", options={"verify_signature": False}), "aud": APP, "x": 1}
    await refused(stage, header=f"Bearer {head}.{part(claims)}.{signature}")


async def test_a_key_that_is_not_endorsed_for_teams_does_not_open(stage: Stage) -> None:
    stage.keys.rotate(endorsements=("webchat",))
    await refused(stage, header=f"Bearer {stage.token()}")


async def test_a_token_is_good_for_its_own_service_url_only_even_the_second_time(stage: Stage) -> None:
    header = f"Bearer {stage.token()}"
    assert (await stage.send(stage.activity(), header=header))[0] == 200
    elsewhere = stage.activity(serviceUrl="https://smba.evil.example/")
    assert (await stage.send(elsewhere, header=header))[0] == 401
    assert len(stage.calls) == 1


async def test_a_token_that_was_good_is_refused_once_it_has_expired(stage: Stage) -> None:
    header = f"Bearer {stage.token(exp=now() + MINUTE)}"
    assert (await stage.send(stage.activity(), header=header))[0] == 200
    stage.ahead = timedelta(minutes=5)
    assert (await stage.send(stage.activity(), header=header))[0] == 200
    stage.ahead = timedelta(minutes=7)
    await refused(stage, header=header, heard=2)


def test_an_empty_app_id_is_refused_because_botbuilder_would_let_everybody_in() -> None:
    async def token() -> str:
        return ""

    with pytest.raises(BadSettings, match="APP_ID is empty"):
        Teams(
            app_id="",
            tenant_id=TENANT,
            openid_url="https://localhost/",
            issuer="https://api.botframework.com",
            token=token,
            listener=Ear(),
            clock=lambda: datetime.now(UTC),
        )


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": {"id": "19:x@thread.tacv2", "tenantId": "0d0d0d0d-0000-4000-8000-00000000000f"}},
        {"channelData": {"tenant": {"id": "0d0d0d0d-0000-4000-8000-00000000000f"}}},
        {"from": {"id": "29:eve", "tenantId": "0d0d0d0d-0000-4000-8000-00000000000f"}},
        {"conversation": {"id": "19:x@thread.tacv2"}, "channelData": None},
        {"channelId": "webchat"},
        {"channelId": ""},
    ],
    ids=str,
)
async def test_another_tenants_or_channels_valid_token_gets_no_data(stage: Stage, change: dict[str, Any]) -> None:
    stage.keys.rotate(endorsements=("msteams", "webchat"))
    for activity in (stage.activity(**change), stage.press(**change)):
        assert (await stage.send(activity))[0] == 403
    assert (stage.ear.lines, stage.ear.presses, stage.calls) == ([], [], [])


async def test_no_token_is_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    good, bad = stage.token(), stage.token(aud="another-app")
    for token in (good, bad, "garbage-token"):
        await stage.send(stage.activity(text="secret words"), header=f"Bearer {token}")
    written = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for secret in (*good.split("."), *bad.split("."), "garbage-token", "secret words", await stage.bearer()):
        assert secret not in written


async def refused(stage: Stage, *, header: str, heard: int | None = None) -> None:
    before = len(stage.ear.lines)
    status, body = await stage.send(stage.activity(), header=header)
    assert status == 401
    assert set(body) == {"error"}
    assert len(stage.ear.lines) == (before if heard is None else heard)
