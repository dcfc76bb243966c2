"""All that was said in the Playground's conversations, as the frames that draw it on a page opened later."""

from __future__ import annotations

from sandbox.teams import Json, json_list, json_object


class History:
    """Frames of the kind createMessage, oldest first, each with the message as it stands now."""

    def __init__(self) -> None:
        self.frames: list[Json] = []

    def heard(self, frame: Json) -> None:
        """Keep what the Playground tells its pages; a change replaces what it changes, typing leaves no trace."""
        match frame.get("action"):
            case "createMessage":
                self.frames.append(frame)
            case "updateMessage":
                self._change(json_object(frame.get("message")))
            case _:
                pass

    def typed(self, conversation: str, draft: Json, answer: Json, user: str) -> Json:
        """Keep what the person at the page typed, which the Playground tells to nobody; the frame that draws it."""
        message: Json = {
            "messageId": answer.get("messageId"),
            "timestamp": answer.get("timestamp"),
            "from": {"id": user},
            **_text(draft),
            "attachments": [],
            "postConversationId": answer.get("postConversationId"),
        }
        frame: Json = {"action": "createMessage", "actionConversationId": conversation, "message": message}
        self.frames.append(frame)
        return frame

    def _change(self, message: Json) -> None:
        for frame in self.frames:
            if frame["message"].get("messageId") == message.get("messageId"):
                frame["message"] |= message


def _text(draft: Json) -> Json:
    """The typed text; a mention is bold, since a frame that draws a message has no mentions."""
    text, mentions = str(draft.get("text", "")), [json_object(one) for one in json_list(draft.get("mentions"))]
    for mention in mentions:
        text = text.replace(str(mention.get("text")), f"**{json_object(mention.get('mentioned')).get('name')}**")
    return {"text": text, "textFormat": "markdown" if mentions else str(draft.get("textFormat", "plain"))}
