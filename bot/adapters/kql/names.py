"""Names as KQL sees them: unknown ones are told, and spellings that differ only in case are kept apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

from duckdb_kql import ir
from duckdb_kql.schema import output_columns, resolve_let_refs

from bot.adapters.kql.errors import BadMeaning
from bot.adapters.kql.tables import INGESTED, MARK, unmarked, visible
from bot.adapters.kql.tree import rebuild, walk

Scope = dict[str, list[str]]

_IDENTIFIERS: dict[type[Any], tuple[str, ...]] = {
    ir.ColumnRef: ("name",),
    ir.LetRef: ("name",),
    ir.NamedExpr: ("name",),
    ir.RangeSource: ("name",),
    ir.Count: ("name",),
    ir.MvExpandTarget: ("column", "name"),
    ir.MvExpand: ("item_index",),
    ir.ParseSegment: ("name",),
    ir.JoinKey: ("left", "right"),
    ir.ProjectAway: ("columns",),
    ir.ProjectRename: ("renames",),
    ir.Union: ("with_source",),
}

_OPERATORS: dict[type[Any], str] = {
    ir.ProjectAway: "project-away",
    ir.ProjectRename: "project-rename",
    ir.MvExpand: "mv-expand",
}


def told_apart(query: ir.Query) -> ir.Query:
    """The query with its names marked so that no two differ only in case; the tables' own names stay."""
    spellings: dict[str, list[str]] = {}
    for name in [column for columns in visible().values() for column in columns] + list(_identifiers(query)):
        group = spellings.setdefault(name.casefold(), [])
        if name not in group:
            group.append(name)
    marked = {name: MARK * index + name for group in spellings.values() for index, name in enumerate(group) if index}
    return cast("ir.Query", rebuild(query, lambda node: _renamed(node, marked))) if marked else query


def resolved(query: ir.Query, scope: Scope) -> ir.Query:
    """The query with every name checked, and the ingestion time dropped after its last use. Raises BadMeaning."""
    scope, lets = dict(scope), list[tuple[str, Any]]()
    for name, bound in query.lets:
        body = resolved(bound, scope) if isinstance(bound, ir.Query) else bound
        lets.append((name, body))
        if isinstance(body, ir.Query):
            scope[name] = output_columns(body, scope)
    source = _nested(query.source, scope)
    if free := [] if isinstance(source, ir.GraphSource) else list(_read(source)):
        raise BadMeaning(f"Failed to resolve table or column expression named '{unmarked(free[0])}'")
    columns = output_columns(ir.Query(source), scope)
    last = max((index for index, op in enumerate(query.operators) if reads_ingestion(op)), default=-1)
    operators: list[ir.Operator] = []
    for index, one in enumerate(query.operators):
        operator = _derived(_nested(one, scope), columns)
        _check(operator, columns, scope)
        operators.append(operator)
        columns = _after(operator, columns, scope)
        if index == last and INGESTED in columns:
            operators.append(ir.ProjectAway((INGESTED,)))
            columns = [column for column in columns if column != INGESTED]
    return dataclasses.replace(query, source=source, operators=operators, lets=lets)


def reads_ingestion(operator: ir.Operator) -> bool:
    """Whether an operator itself (not a query inside it) reads the ingestion time."""
    return any(isinstance(node, ir.ColumnRef) and node.name == INGESTED for node in walk(operator, nested=False))


def _nested(node: Any, scope: Scope) -> Any:
    queries = [found for found in walk(node, nested=False) if isinstance(found, ir.Query)]
    done = {id(found): (found, resolved(found, scope)) for found in queries}
    return rebuild(node, lambda found: found, done) if done else node


def _derived(operator: Any, columns: list[str]) -> Any:
    """The operator with names that the engine made of marked ones (`sum_n` of `n`) marked like them."""
    marked = {unmarked(column): column for column in columns if MARK in column}
    meant = {name: marked[name] for name in _read(operator) if name not in columns and name in marked}
    inner = {id(found): (found, found) for found in walk(operator, nested=False) if isinstance(found, ir.Query)}
    return rebuild(operator, lambda node: _renamed(node, meant), inner) if meant else operator


def _check(operator: ir.Operator, columns: list[str], scope: Scope) -> None:
    word = _OPERATORS.get(type(operator), type(operator).__name__.lower())
    for name in _read(resolve_let_refs(operator, columns)):
        if name not in columns:
            raise _unknown(name, word)
    if isinstance(operator, (ir.Join, ir.Lookup)):
        right = output_columns(operator.right, scope)
        for key in operator.keys:
            if key.right not in right:
                raise _unknown(key.right, word)


def _unknown(name: str, word: str) -> BadMeaning:
    if name == INGESTED:
        return BadMeaning(f"'{word}' operator: ingestion_time() can only be read straight from a table")
    return BadMeaning(f"'{word}' operator: Failed to resolve column or scalar expression named '{unmarked(name)}'")


def _read(operator: ir.Operator | ir.Source) -> Iterator[str]:
    """The names that an operator takes from its input; a source has none to take them from."""
    if isinstance(operator, ir.ProjectAway):
        yield from (name for name in operator.columns if "*" not in name)
    if isinstance(operator, ir.ProjectRename):
        yield from (old for old, _ in operator.renames)
    for node in walk(operator, nested=False):
        if isinstance(node, ir.ColumnRef):
            yield node.name
        elif isinstance(node, ir.MvExpandTarget):
            yield node.column
        elif isinstance(node, ir.JoinKey):
            yield node.left


def _after(operator: ir.Operator, columns: list[str], scope: Scope) -> list[str]:
    given = ir.DataTable(tuple((column, "string") for column in columns), ())
    return output_columns(ir.Query(given, [operator]), scope)


def _identifiers(query: ir.Query) -> Iterator[str]:
    for node in walk(query):
        for field in _fields(node):
            yield from _flat(getattr(node, field))
        if isinstance(node, ir.DataTable):
            yield from (name for name, _ in node.columns)


def _fields(node: Any) -> tuple[str, ...]:
    return _IDENTIFIERS.get(cast("type[Any]", type(node)), ())


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in cast("tuple[Any, ...]", value):
            yield from _flat(item)


def _renamed(node: Any, marked: dict[str, str]) -> Any:
    if isinstance(node, ir.DataTable):
        return dataclasses.replace(node, columns=tuple((marked.get(name, name), kind) for name, kind in node.columns))
    changes = {field: _mapped(getattr(node, field), marked) for field in _fields(node)}
    return dataclasses.replace(node, **changes) if changes else node


def _mapped(value: Any, marked: dict[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_mapped(item, marked) for item in cast("tuple[Any, ...]", value))
    return marked.get(value, value) if isinstance(value, str) else value
