"""Signing in to the sandbox, and the keys that vouch for what Teams sends."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from azure.identity.aio import ClientSecretCredential

from tests.support.tenant_box import make_tenant, open_box, sign_in

PROVISIONING = "/auditLogs/provisioning"


async def test_azure_identity_signs_in_and_the_token_opens_graph() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, client):
        settings = box.environment()
        credential = ClientSecretCredential(
            settings["TENANT_ID"],
            settings["APP_ID"],
            settings["APP_SECRET"],
            authority=settings["LOGIN_URL"],
            disable_instance_discovery=True,
            connection_verify=settings["CA_FILE"],
        )
        async with credential:
            token = await credential.get_token("https://graph.microsoft.com/.default")
        answer = await client.get("/organization", headers={"Authorization": f"Bearer {token.token}"})
    assert answer.json()["value"][0]["id"] == tenant.id


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 400, 700016),
        ({"tenant": "00000000-0000-0000-0000-000000000000"}, 400, 90002),
        ({"scope": "User.Read"}, 400, 70011),
        ({"grant_type": "password"}, 400, 70003),
    ],
)
async def test_a_wrong_sign_in_gets_the_error_that_entra_gives(
    changes: dict[str, str], status: int, number: int
) -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, _):
        answer = await sign_in(box, **changes)
    assert answer.status_code == status
    assert answer.json()["error_codes"] == [number]
    assert answer.json()["error_description"].startswith(f"AADSTS{number}:")
    assert tenant.app_secret not in answer.text


async def test_without_a_good_token_graph_answers_401() -> None:
    tenant, dial = make_tenant()
    async with open_box(tenant) as (_, client):
        wrong = [{"Authorization": value} for value in ("", "Bearer", "Bearer nonsense", "Basic abc")]
        answers = [await client.get("/organization", headers=header) for header in wrong]
        dial.turn(hours=2)
        answers.append(await client.get("/organization"))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["error"]["code"] for answer in answers} == {"InvalidAuthenticationToken"}


async def test_tokens_of_teams_verify_with_the_published_keys_until_these_roll_over() -> None:
    tenant, _ = make_tenant()
    async with open_box(tenant) as (box, client):

        async def listed() -> dict[str, Any]:
            metadata = (await client.get(box.environment()["BOT_OPENID_URL"])).json()
            keys = (await client.get(metadata["jwks_uri"])).json()["keys"]
            assert all(key["endorsements"] == ["msteams"] for key in keys)
            return {key["kid"]: jwt.PyJWK(key) for key in keys}

        def claims(token: str, keys: dict[str, Any]) -> dict[str, Any]:
            kid = jwt.get_unverified_header(token)["kid"]
            return jwt.decode(token, keys[kid], algorithms=["RS256"], audience=tenant.app_id)

        first = box.token("http://door/")
        assert claims(first, await listed())["serviceurl"] == "http://door/"
        box.keys.rotate(keep=True)
        keys = await listed()
        assert claims(first, keys) != claims(box.token("http://other/", nonce="1"), keys)
        box.keys.rotate()
        assert list(await listed()) != list(keys)
        assert "exp" not in claims(box.token("http://door/", exp=None), await listed())
