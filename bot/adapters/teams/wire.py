"""What Teams sends, cut down to what is used; decoding it is the validation of everything that a client can supply."""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Base of all that comes in: unknown fields are ignored, known ones must have their type."""


class Account(Wire, frozen=True, kw_only=True):
    id: str = ""
    name: str | None = None
    aad_object_id: str | None = None
    tenant_id: str | None = None


class Place(Wire, frozen=True, kw_only=True):
    """The conversation of an activity; in a channel its id ends in `;messageid=`, the root of the thread."""

    id: str
    name: str | None = None
    conversation_type: str | None = None
    is_group: bool | None = None
    tenant_id: str | None = None

    @property
    def base(self) -> str:
        return self.id.partition(";messageid=")[0]


class Named(Wire, frozen=True, kw_only=True):
    """A tenant, team or channel."""

    id: str | None = None
    name: str | None = None
    aad_group_id: str | None = None


class ChannelSettings(Wire, frozen=True, kw_only=True):
    selected_channel: Named | None = None


class ChannelData(Wire, frozen=True, kw_only=True):
    tenant: Named | None = None
    team: Named | None = None
    channel: Named | None = None
    event_type: str | None = None
    settings: ChannelSettings | None = None


class Entity(Wire, frozen=True, kw_only=True):
    type: str | None = None
    text: str | None = None
    mentioned: Account | None = None


class Incoming(Wire, frozen=True, kw_only=True):
    """An activity, whatever its type."""

    type: str
    id: str | None = None
    channel_id: str
    service_url: str
    sender: Account = msgspec.field(name="from", default=Account())
    recipient: Account = Account()
    conversation: Place
    channel_data: ChannelData | None = None
    reply_to_id: str | None = None
    text: str | None = None
    entities: tuple[Entity, ...] | None = None
    name: str | None = None
    action: str | None = None
    value: Any = None
    members_added: tuple[Account, ...] | None = None
    members_removed: tuple[Account, ...] | None = None

    @property
    def data(self) -> ChannelData:
        return self.channel_data or _NO_DATA

    @property
    def tenants(self) -> set[str]:
        """Every tenant that the activity claims to come from, in small letters."""
        tenant = self.data.tenant
        named = (self.conversation.tenant_id, tenant.id if tenant else None, self.sender.tenant_id)
        return {name.lower() for name in named if name}

    def about_bot(self, members: tuple[Account, ...] | None) -> bool:
        return any(member.id == self.recipient.id for member in members or ())


class Words(Wire, frozen=True, kw_only=True):
    """The data of a button: the words of its command, and beside them the values of the inputs that cards may have.

    An input is named after the flag that it fills in.
    """

    words: str = ""
    span: str = msgspec.field(name="for", default="")
    until: str = ""
    reason: str = ""

    @property
    def line(self) -> str:
        given = (("for", self.span), ("until", self.until), ("reason", self.reason))
        return " ".join([self.words, *(f"--{name} {value}" for name, value in given if value)])


class Submit(Wire, frozen=True, kw_only=True):
    """The value of a message that an Action.Submit sent."""

    verb: str = ""
    words: str = ""


class Execute(Wire, frozen=True, kw_only=True):
    verb: str = ""
    data: Words | None = None


class Invoked(Wire, frozen=True, kw_only=True):
    """The value of an `adaptiveCard/action` invoke; `trigger` is "automatic" when the client refreshes by itself."""

    action: Execute
    trigger: str | None = None


_NO_DATA = ChannelData()
_decoder = msgspec.json.Decoder(Incoming)


def decode(body: bytes) -> Incoming:
    """Raises msgspec.MsgspecError with the path of what is wrong, never with its value."""
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise msgspec.DecodeError("it is nested too deeply") from None


def invoked(activity: Incoming) -> Invoked:
    return msgspec.convert(activity.value, Invoked)


def submitted(activity: Incoming) -> Submit:
    return msgspec.convert(activity.value, Submit)
