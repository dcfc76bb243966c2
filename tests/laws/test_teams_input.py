"""Laws of what Teams sends: it is an activity or it is refused, whatever a client puts into it; nothing else happens."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from bot.adapters.teams import events, translate, wire
from bot.adapters.teams.wire import Entity

FIELDS = [field.encode_name for field in msgspec.structs.fields(wire.Incoming)]
GOOD: dict[str, Any] = {
    "type": "invoke",
    "channelId": "msteams",
    "serviceUrl": "https://smba.example/",
    "conversation": {"id": "19:c@thread.tacv2;messageid=1", "tenantId": "t"},
    "value": {"action": {"verb": "ack", "data": {"words": "7"}}},
}
scalars = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20)
anything = some.recursive(
    scalars,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(FIELDS) | some.text(), inner),
    max_leaves=12,
)


@given(some.dictionaries(some.sampled_from(FIELDS), anything, max_size=4))
def test_any_json_in_any_field_is_understood_or_refused(change: dict[str, Any]) -> None:
    try:
        activity = wire.decode(json.dumps(GOOD | change).encode("utf-8", "surrogatepass"))
    except msgspec.MsgspecError:
        return
    translate.line(activity)
    events.meaning(activity)
    assert all(tenant == tenant.lower() for tenant in activity.tenants)
    for understand in (translate.pressed, translate.submit):
        try:
            press = understand(activity)
        except msgspec.ValidationError:
            continue
        assert isinstance(press.verb, str)
        assert isinstance(press.words, str)


@given(some.binary(max_size=200))
def test_any_bytes_are_understood_or_refused(body: bytes) -> None:
    try:
        wire.decode(body)
    except msgspec.MsgspecError:
        return
    raise AssertionError("bytes by chance are no activity")


@given(some.text(max_size=60), some.text(min_size=1, max_size=10))
def test_without_a_mention_of_the_bot_nothing_is_taken_out(text: str, name: str) -> None:
    others = [Entity(type="mention", text=name, mentioned=wire.Account(id="29:bob"))]
    assert translate.typed(text, others, "28:bot") == translate.typed(text, (), "28:bot")


@given(some.text("abc <>&", max_size=30), some.integers(min_value=1, max_value=3))
def test_each_mention_of_the_bot_is_taken_out_once(rest: str, times: int) -> None:
    mark = "<at>Bot</at>"
    bot = Entity(type="mention", text=mark, mentioned=wire.Account(id="28:bot"))
    typed = translate.typed(f"{mark} " * times + rest, [bot], "28:bot")
    assert typed.count(mark) == times - 1
