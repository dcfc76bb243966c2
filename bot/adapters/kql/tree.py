"""Walking and rebuilding a parsed query, whatever kinds of nodes it has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, cast

from duckdb_kql import ir


def walk(node: object, *, nested: bool = True) -> Iterator[Any]:
    """Every node once; `nested=False` stays out of queries inside the one (or the operator) given."""
    stack, seen = [node], set[int]()
    while stack:
        current = stack.pop()
        if isinstance(current, (list, tuple)):
            stack.extend(cast("list[object]", current))
        elif _is_node(current) and id(current) not in seen:
            seen.add(id(current))
            yield current
            if nested or current is node or not isinstance(current, ir.Query):
                stack.extend(getattr(current, field.name) for field in dataclasses.fields(cast("Any", current)))


def rebuild(tree: Any, change: Callable[[Any], Any], memo: dict[int, tuple[Any, Any]] | None = None) -> Any:
    """The tree with `change` applied to every node, innermost first; nodes that are shared stay shared.

    `memo` holds (node, its replacement) by the node's id: what is there already is neither changed nor entered.
    """
    memo = {} if memo is None else memo
    node: Any = tree
    if id(node) in memo:
        return memo[id(node)][1]
    new: Any = node
    if isinstance(node, (list, tuple)):
        items = [rebuild(item, change, memo) for item in cast("list[Any]", node)]
        new = items if isinstance(node, list) else tuple(items)
    elif _is_node(node):
        fields = {field.name: getattr(node, field.name) for field in dataclasses.fields(node)}
        values = {name: rebuild(value, change, memo) for name, value in fields.items()}
        changed = {name: value for name, value in values.items() if value is not fields[name]}
        new = change(dataclasses.replace(node, **changed) if changed else node)
    memo[id(tree)] = (tree, new)  # the node is kept so that its id is not given to another
    return new


def size(tree: Any, memo: dict[int, int] | None = None) -> int:
    """How many nodes the tree has when each shared one is counted wherever it stands, as a renderer meets them."""
    memo = {} if memo is None else memo
    node: Any = tree
    if id(node) not in memo:
        if isinstance(node, (list, tuple)):
            parts: list[Any] = list(cast("list[Any]", node))
        else:
            parts = [getattr(node, field.name) for field in dataclasses.fields(node)] if _is_node(node) else []
        memo[id(tree)] = 1 + sum(size(part, memo) for part in parts)
    return memo[id(tree)]


def _is_node(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)
