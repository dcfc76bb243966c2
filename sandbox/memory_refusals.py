"""Errors as Teams' connector writes them, by the codes that Microsoft documents."""

from __future__ import annotations

import json

from sandbox.teams import Reply

_SAID = {
    "BotNotRegistered": (401, "No bot is registered for this application."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "ForbiddenOperationException": (403, "The bot is not installed in user's personal scope"),
    "InvalidBotApiHost": (403, "Invalid bot api host."),
    "NotEnoughPermissions": (403, "Bot does not have permission for this operation."),
    "ConversationNotFound": (404, "Conversation not found."),
    "ActivityNotFoundInConversation": (404, "Message does not exist in the thread."),
    "MemberNotFoundInConversation": (404, "Member not found in conversation"),
    "PreconditionFailed": (412, "Precondition failed, please try again."),
    "MessageSizeTooBig": (413, "Message size too large."),
}
DOCUMENTED = (*_SAID, "MessageWritesBlocked")
"""Every code that `refusal` knows."""


def refused(status: int, code: str, message: str) -> Reply:
    """An error as the connector writes it."""
    return Reply(status=status, body={"error": {"code": code, "message": message}})


def refusal(code: str) -> Reply:
    """The answer that bears a code. Raises KeyError for one that Microsoft does not document."""
    if code == "MessageWritesBlocked":  # the one that is written in another way
        details = json.dumps({"subCode": code, "details": "Thread is not writable."})
        return Reply(status=403, body={"errorCode": 209, "message": details})
    return refused(_SAID[code][0], code, _SAID[code][1])


def throttled(seconds: int) -> Reply:
    """Too many calls; `seconds` until the next one may come."""
    body = {"error": {"code": "429", "message": "API calls quota exceeded."}}
    return Reply(status=429, body=body, retry_after=seconds)
