"""From what Teams sends to our words: conversations, people, lines and presses."""

from __future__ import annotations

import html
from collections.abc import Iterable

from bot.adapters.teams.wire import Entity, Incoming, Named, invoked, submitted
from bot.model import Conversation, ConversationKind, Person
from bot.ports import Line, Press

_NOBODY = Named()


def person(activity: Incoming) -> Person:
    sender = activity.sender
    return Person(id=(sender.aad_object_id or "").lower(), name=sender.name or "", mri=sender.id)


def conversation(activity: Incoming) -> Conversation:
    """Where the activity happened; in a team's own events (install, rename) the channel that they are about."""
    kind, data, team = _kind(activity), activity.data, activity.data.team or _NOBODY
    personal = kind is ConversationKind.PERSONAL
    channel = _channel(activity) if kind is ConversationKind.CHANNEL else _NOBODY
    return Conversation(
        id=channel.id or activity.conversation.base,
        tenant_id=activity.conversation.tenant_id or (data.tenant or _NOBODY).id or "",
        service_url=activity.service_url,
        kind=kind,
        name=channel.name or activity.conversation.name or "",
        team_id=team.id or "",
        team_name=team.name or "",
        team_group_id=team.aad_group_id or "",
        bot_id=activity.recipient.id,
        user_id=(activity.sender.aad_object_id or "").lower() if personal else "",
        user_mri=activity.sender.id if personal else "",
    )


def _kind(activity: Incoming) -> ConversationKind:
    """What Teams calls it, or what it looks like where Teams says nothing or something new."""
    try:
        return ConversationKind(activity.conversation.conversation_type or "")
    except ValueError:
        if activity.data.team or activity.data.channel:
            return ConversationKind.CHANNEL
        return ConversationKind.GROUP if activity.conversation.is_group else ConversationKind.PERSONAL


def _channel(activity: Incoming) -> Named:
    """An install names the channel that the installer picked; other events name theirs, or none for General."""
    settings = activity.data.settings
    picked = settings.selected_channel if settings else None
    return picked or activity.data.channel or _NOBODY


def line(activity: Incoming) -> Line:
    return Line(
        activity_id=activity.id or "",
        conversation=conversation(activity),
        person=person(activity),
        text=typed(activity.text or "", activity.entities or (), activity.recipient.id),
    )


def typed(text: str, entities: Iterable[Entity], bot_id: str) -> str:
    """What somebody typed, without the mention that Teams asks for.

    Only the mention's own text goes, once: botbuilder's remove_recipient_mention deletes the bot's name from the rest
    of the line as well ("errors Prov job" to a bot named Prov). Teams escapes & < > and sends no-break spaces.
    """
    for entity in entities:
        if entity.type == "mention" and entity.text and entity.mentioned and entity.mentioned.id == bot_id:
            text = text.replace(entity.text, " ", 1)
    return " ".join(html.unescape(text).split())


def pressed(activity: Incoming) -> Press:
    """A button's Action.Execute. Raises msgspec.ValidationError."""
    value = invoked(activity)
    words = value.action.data.line if value.action.data else ""
    return _press(activity, value.action.verb, words, automatic=value.trigger == "automatic")


def submit(activity: Incoming) -> Press:
    """A button's Action.Submit, which comes as a message. Raises msgspec.ValidationError."""
    value = submitted(activity)
    return _press(activity, value.verb, value.words)


def _press(activity: Incoming, verb: str, words: str, *, automatic: bool = False) -> Press:
    return Press(
        activity_id=activity.id or "",
        conversation=conversation(activity),
        person=person(activity),
        verb=verb,
        words=words,
        card_id=activity.reply_to_id or "",
        automatic=automatic,
    )
