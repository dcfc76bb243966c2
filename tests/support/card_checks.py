"""Three strict checks of a card: the official schema, Teams' own models, and the limits and manners of Teams."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

import jsonschema_rs
from jsonschema import Draft6Validator
from jsonschema.exceptions import ValidationError as JsonError
from jsonschema.exceptions import best_match  # pyright: ignore[reportUnknownVariableType]
from microsoft_teams.cards import core
from pydantic import BaseModel, ValidationError

from bot.ports import Card
from cards.elements import LARGEST, MOST_BUTTONS, size

Node = dict[str, Any]


def problems(card: Card) -> list[str]:
    """All that is wrong with a card, each with where."""
    return [*against_schema(card), *against_models(card), *against_limits(card)]


# --- 1: the official Adaptive Cards 1.5 schema, over what old clients show -----------------------------------------------


@cache
def _schema() -> Draft6Validator:
    text = files("adaptive_cards").joinpath("schemas", "schema-1.5.json").read_text("utf-8")
    return Draft6Validator(json.loads(text))


@cache
def _judge() -> jsonschema_rs.Draft6Validator:
    return jsonschema_rs.Draft6Validator(cast("Node", _schema().schema))


def against_schema(card: Card) -> Iterator[str]:
    """The card as a client of plain 1.5 sees it: new elements replaced by their fallbacks."""
    old = {name: value for name, value in degraded(card).items() if name != "msteams"}
    if _judge().is_valid(old):
        return
    # The judge is a thousand times as quick; the other one's words name the place.
    errors = cast("Iterable[JsonError]", _schema().iter_errors(old))  # pyright: ignore[reportUnknownMemberType]
    closest = [cast("JsonError", best_match([error])) for error in errors]
    yield from (f"{each.json_path}: {each.message}"[:500] for each in closest)
    if not closest:
        yield "$: is not what the schema allows"


def degraded(part: Any) -> Any:
    """Every element that 1.5 does not know, replaced by its fallback."""
    if isinstance(part, list):
        return [degraded(each) for each in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    node = cast("Node", part)
    known = cast("Node", _schema().schema)["definitions"]
    if "type" in node and node["type"] not in known and "fallback" in node:
        return degraded(node["fallback"])
    return {name: degraded(value) for name, value in node.items()}


# --- 2: Teams' typed models, refusing what they do not know ------------------------------------------------------------


@cache
def _models() -> dict[str, type[BaseModel]]:
    found = [each for each in vars(core).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    return {each.model_fields["type"].default: each for each in found if "type" in each.model_fields}


def against_models(part: Any, path: str = "$") -> Iterator[str]:
    """Every element by the model of its type; unknown properties and values are told with their path."""
    if isinstance(part, list):
        for at, each in enumerate(cast("list[Any]", part)):
            yield from against_models(each, f"{path}[{at}]")
    elif isinstance(part, dict):
        node = cast("Node", part)
        yield from _element(node, path)
        for name, value in node.items():
            if name != "data" or not str(node.get("type")).startswith("Action."):
                yield from against_models(value, f"{path}.{name}")


def _element(node: Node, path: str) -> Iterator[str]:
    if "type" not in node:
        return
    if (model := _models().get(node["type"])) is None:
        yield f"{path}.type: {node['type']!r} is not known"
        return
    try:
        yield from _unknown(model.model_validate(node), path)
    except ValidationError as error:
        for each in error.errors():
            yield f"{path}.{'.'.join(map(str, each['loc']))}: {each['msg']}"


def _unknown(model: BaseModel, path: str) -> Iterator[str]:
    """Properties that the model, or a nested part without a type of its own, does not have."""
    for name in set(model.model_extra or {}) - {"$schema"}:
        yield f"{path}.{name}: is not known"
    for name in type(model).model_fields:
        value = getattr(model, name)
        for each in cast("list[object]", value if isinstance(value, list) else [value]):
            nested = isinstance(each, BaseModel) and type(each) not in (core.CardElement, core.Action)
            if nested and not (name == "data" and isinstance(model, core.Action)):
                yield from _unknown(cast("BaseModel", each), f"{path}.{name}")


# --- 3: limits and manners ---------------------------------------------------------------------------------------------


def against_limits(card: Card) -> Iterator[str]:
    """Size, buttons, ids, links, fallbacks and what screen readers need."""
    if size(card) > LARGEST:
        yield f"$: {size(card)} bytes are more than {LARGEST}"
    yield from (f"$.{name}: is missing" for name in ("lang", "fallbackText", "body") if not card.get(name))
    if card.get("version") != "1.5":
        yield "$.version: Teams reads 1.5"
    ids = [node["id"] for node in nodes(card) if "id" in node]
    yield from (f"$: id {name} stands twice" for name in set(ids) if ids.count(name) > 1)
    for node in nodes(card):
        yield from _manners(node)


def _manners(node: Node) -> Iterator[str]:
    kind = str(node.get("type"))
    if kind == "TextBlock" and not node.get("wrap"):
        yield f"a TextBlock does not wrap: {node['text']}"
    if (kind == "Badge" or kind.startswith("Chart.")) and "fallback" not in node:
        yield f"a {kind} has no fallback"
    if kind == "Action.OpenUrl" and not node["url"].startswith("https://"):
        yield f"a link is not https: {node['url']}"
    if kind == "Action.Execute" and set(node["data"]) != {"words"}:
        yield f"a button's data is not its words: {node}"
    if (
        kind == "ActionSet"
        and len([each for each in node["actions"] if each.get("mode") != "secondary"]) > MOST_BUTTONS
    ):
        yield "too many buttons"


def nodes(part: Any) -> Iterator[Node]:
    """Every JSON object of a card."""
    if isinstance(part, list):
        for each in cast("list[Any]", part):
            yield from nodes(each)
    elif isinstance(part, dict):
        yield cast("Node", part)
        for each in cast("Node", part).values():
            yield from nodes(each)
