"""Cards as a reader meets them: their text, their inputs and their buttons."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sandbox.teams import CARD_TYPE, Json, json_list, json_object


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A card as one person sees it now. `thread` is the id of the message it replies to, if it does."""

    id: str
    conversation: str
    thread: str
    card: Json
    summary: str = ""

    @property
    def buttons(self) -> list[str]:
        return [str(action.get("title", "")) for action in _elements(self.card, "Action.")]

    @property
    def text(self) -> str:
        """Everything that is said on the card, a line each."""
        return "\n".join(_words(self.card))


def attached(activity: Json) -> list[Json]:
    """The Adaptive Cards that a message carries."""
    found = [json_object(one) for one in json_list(activity.get("attachments"))]
    return [json_object(one.get("content")) for one in found if one.get("contentType") == CARD_TYPE]


def find_button(card: Shown, button: str) -> Json:
    """The action with this title, else the one with this verb. Raises LookupError, which names what there is."""
    actions = [one for one in _elements(card.card, "Action.") if one["type"] == "Action.Execute"]
    for key in ("title", "verb"):
        for action in actions:
            if action.get(key) == button:
                return action
    raise LookupError(f"The card has no button {button!r}; it has {', '.join(card.buttons) or 'none'}.")


def inputs_of(card: Json) -> dict[str, str]:
    """What the card's inputs hold while nobody has touched them."""
    return {one["id"]: str(one["value"]) for one in _elements(card, "Input.") if "id" in one and "value" in one}


def _elements(card: Json, kind: str) -> Iterator[Json]:
    """Every element whose type begins so, in reading order."""
    return (one for one in _objects(card) if str(one.get("type", "")).startswith(kind))


def _words(card: Json) -> Iterator[str]:
    for one in _objects(card):
        yield from (one[key] for key in ("title", "label", "text", "value") if isinstance(one.get(key), str))


def _objects(value: object) -> Iterator[Json]:
    """Every object of a card, outermost first, without what is not shown: data, and fallbacks for other readers."""
    for one in json_list(value):
        yield from _objects(one)
    if card := json_object(value):
        yield card
        for key, one in card.items():
            if key not in ("fallback", "data", "refresh", "msteams"):
                yield from _objects(one)
