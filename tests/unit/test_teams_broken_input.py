"""Whatever is broken or hostile in what Teams sends is refused in a sentence, and nothing happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from tests.support.teams_stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await Stage().enter(stack)


FRAME = b'{"type":"message","channelId":"msteams","serviceUrl":"x","conversation":{"id":"c"},"value":'
NESTED = FRAME + b"[" * 50_000 + b"]" * 50_000 + b"}"
WRONG: dict[str, list[Any]] = {
    "type": [None, 5, ["message"], {}],
    "channelId": [None, 5],
    "serviceUrl": [None, 5],
    "conversation": [None, "19:x", {}, {"id": 7}, {"id": "x", "tenantId": 5}],
    "from": ["29:ada", [], {"aadObjectId": 5}],
    "recipient": ["28:bot", {"id": {}}],
    "channelData": ["x", {"tenant": "x"}, {"team": {"id": 5}}, {"settings": []}],
    "entities": [{}, [5], [{"mentioned": "x"}], [{"text": 5}]],
    "text": [5, ["help"], {"help": 1}],
    "value": ["x", 5, [], True, {"verb": 5}, {"verb": "ack", "words": ["7"]}],
    "id": [5, {}],
    "membersAdded": [{}, [5]],
}


@pytest.mark.parametrize(("field", "wrong"), [(field, wrong) for field in WRONG for wrong in WRONG[field]], ids=str)
async def test_wrong_types_are_refused_in_a_sentence(stage: Stage, field: str, wrong: Any) -> None:
    await no_activity(stage, stage.activity(**{field: wrong}))


@pytest.mark.parametrize(
    "value",
    [None, "x", 5, [], {}, {"action": None}, {"action": {"verb": 5}}, {"action": {"verb": "a", "data": "x"}},
     {"action": {"verb": "a", "data": {"words": 5}}}, {"action": {}, "trigger": 1}],
    ids=str,
)  # fmt: skip
async def test_the_wrong_payload_of_a_button_is_refused_in_a_sentence(stage: Stage, value: Any) -> None:
    await no_activity(stage, stage.press(value=value))


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        b"{",
        b"[]",
        b"5",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"type":"message"',
        b'{"type":"\\ud800"}',
        b"[" * 100_000,
        b" ",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_what_is_no_json_object_is_refused_in_a_sentence(stage: Stage, body: bytes) -> None:
    await no_activity(stage, body)


async def test_no_body_at_all_is_refused(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.token()}"}
    async with stage.client.post(stage.bot.make_url("/api/messages"), headers=headers) as answer:
        assert answer.status == 400


async def test_a_body_that_is_not_what_it_says_it_is_packed_as_is_refused(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.token()}", "Content-Encoding": "gzip"}
    url = stage.bot.make_url("/api/messages")
    async with stage.client.post(url, data=msgspec.json.encode(stage.activity()), headers=headers) as answer:
        assert answer.status == 400
        assert "Traceback" not in await answer.text()


async def test_more_than_256_kilobytes_are_too_much(stage: Stage) -> None:
    status, body = await stage.send(stage.activity(text="x" * 262_144))
    assert (status, set(body)) == (413, {"error"})
    assert (await stage.send(stage.activity(text="x" * 200_000)))[0] == 200


async def no_activity(stage: Stage, sent: Any) -> None:
    status, body = await stage.send(sent)
    assert status == 400
    assert set(body) == {"error"}
    assert len(body["error"]) <= 300
    assert "Traceback" not in body["error"]
    assert (stage.ear.lines, stage.ear.presses, stage.calls) == ([], [], [])
