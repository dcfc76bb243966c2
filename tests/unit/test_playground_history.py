"""What a page that is opened late is told, and how fast Teams lets a bot speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.history import History
from sandbox.windows import Windows


def created(number: str, text: str, **more: Any) -> dict[str, Any]:
    message = {"messageId": number, "text": text, **more}
    return {"action": "createMessage", "actionConversationId": "a:1", "message": message}


def test_a_message_is_told_as_it_stands_now() -> None:
    history = History()
    history.heard(created("1", "three fail", postConversationId="19:x;messageid=1"))
    history.heard({"action": "typing", "actionConversationId": "a:1"})
    history.heard({"action": "updateMessage", "message": {"messageId": "1", "text": "resolved"}})
    history.heard({"action": "updateMessage", "message": {"messageId": "unknown", "text": "lost"}})
    assert history.frames == [created("1", "resolved", postConversationId="19:x;messageid=1")]


def test_what_a_person_typed_is_told_with_the_mention_in_bold() -> None:
    history = History()
    mention = {"mentioned": {"id": "28:bot", "name": "Syncwatch"}, "text": "<at>Syncwatch</at>"}
    draft = {"text": "<at>Syncwatch</at> jobs", "textFormat": "plain", "mentions": [mention]}
    history.typed("19:x", draft, {"messageId": "7", "timestamp": 1, "postConversationId": "19:x;messageid=7"}, "29:me")
    (frame,) = history.frames
    assert frame["actionConversationId"] == "19:x"
    assert frame["message"]["from"] == {"id": "29:me"}
    assert (frame["message"]["text"], frame["message"]["textFormat"]) == ("**Syncwatch** jobs", "markdown")


def test_plain_text_stays_plain() -> None:
    history = History()
    history.typed("a:1", {"text": "**not bold**"}, {"messageId": "7"}, "29:me")
    assert history.frames[0]["message"]["textFormat"] == "plain"


def test_a_thread_takes_seven_calls_a_second_and_says_when_the_next_may_come() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    windows = Windows(lambda: now)
    assert [windows.take("19:x") for _ in range(8)] == [None] * 7 + [1]
    assert windows.take("19:other") is None
    now += timedelta(seconds=1)
    assert windows.take("19:x") is None
    assert windows.take("19:x") == 1  # eight in two seconds


def test_sixty_calls_in_half_a_minute_are_the_most() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    windows = Windows(lambda: now)
    taken = 0
    for _ in range(29):
        taken += sum(windows.take("19:x") is None for _ in range(3))
        now += timedelta(seconds=1)
    assert taken == 60
