"""Judges a query for a workspace, where the service itself would run anything: only some tables, nothing from outside."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from duckdb_kql import errors as vendor
from duckdb_kql.parser import parse
from duckdb_kql.translate.functions import SCALAR_FUNCTIONS

from bot.adapters.kql import text
from bot.adapters.kql.errors import BadQuery

_REFUSED = {
    "AliasDatabaseStatement": "Other clusters and databases",
    "AtSignName": "Names with @",
    "DeclarePatternStatement": "`declare pattern`",
    "EntityPathOrElementExpression": "Tables of other databases",
    "ExecuteAndCacheOperator": "`execute-and-cache`",
    "ExternalDataExpression": "`externaldata`",
    "FindOperator": "`find`",
    "ForkOperator": "`fork`",
    "InvokeOperator": "`invoke`",
    "MacroExpandOperator": "`macro-expand`",
    "MakeGraphOperator": "`make-graph`",
    "MaterializedViewCombineExpression": "A materialized view",
    "RestrictAccessStatement": "`restrict access`",
    "SearchOperator": "`search`",
    "SetStatement": "`set`",
    "TabularParameter": "A function that takes a table",
    "WildcardedEntityExpression": "`union` over names with *",
}
"""Kinds of nodes of the grammar that have no place in a query here."""

_ELSEWHERE = {
    *("cluster", "database", "workspace", "app", "resource", "adx", "arg", "table", "external_table"),
    *("externaldata", "external_data", "materialized_view", "stored_query_result"),
}
_PLUGINS = {"bag_unpack", "pivot", "narrow", "autocluster", "basket", "diffpatterns", "rolling_percentile"}
_SCALARS = {*SCALAR_FUNCTIONS, "materialize", "toscalar", "dynamic", "datetime", "timespan", "now", "ago", "range"}
_OPERANDS = ("JoinOperator", "LookupOperator", "UnionOperator", "ToScalarExpression", "ToTableExpression")
_NAMES = ("SimpleNameReference", "EntityNameReference")
_VALUES = ("WhereOperator", "ExtendOperator", "ProjectOperator", "SummarizeOperator", "SortOperator", "TopOperator")
_ENDS = (*_NAMES, "NamedFunctionCallExpression")


@lru_cache(maxsize=512)
def judge(kql: str, allowed: frozenset[str]) -> None:
    """Raise BadQuery, whose text is for the one who wrote the query, if it may not be asked."""
    kql = text.prepared(kql)
    try:
        tree = parse(kql).tree
    except vendor.KqlSyntaxError as error:
        span = error.diagnostics[0].span if error.diagnostics else vendor.SourceSpan(1, 0)
        raise text.syntax_error(kql, span.line, span.column) from None
    except RecursionError:
        raise BadQuery("The query is nested too deeply; write long lists of conditions with in (...).") from None
    nodes = list(_walk(tree))
    own = {name for node in nodes if _kind(node).startswith("Let") for name in _defined(node)}
    made = {_name(each) for node in nodes if _kind(node) == "NamedExpressionNameClause" for each in _children(node)}
    made |= _documented()
    for node in nodes:
        _refuse(node, own)
        if not (_alone(node) and _is_value(node) and _name(node).strip("()") in made):
            _check_tables(node, own, allowed)


def _refuse(node: Any, own: Collection[str]) -> None:
    kind = _kind(node)
    if kind in _REFUSED:
        raise BadQuery(f"{_REFUSED[kind]} cannot be asked here; name one of the tables.")
    if (
        kind == "NamedFunctionCallExpression"
        and (called := _name(node.children[0])) in _ELSEWHERE
        and called not in own
    ):
        raise BadQuery(f"`{called}(…)` cannot be asked here: it reads from elsewhere.")
    if kind == "EvaluateOperator":
        plugin = next(
            (_name(each.children[0]) for each in _walk(node) if _kind(each) == "NamedFunctionCallExpression"), ""
        )
        if plugin not in _PLUGINS:
            raise BadQuery(f"The plug-in {plugin} cannot be used here; there are {', '.join(sorted(_PLUGINS))}.")


def _check_tables(node: Any, own: Collection[str], allowed: Collection[str]) -> None:
    """Whatever stands where a table can stand is a table that may be read, or a name that the query made itself."""
    kind = _kind(node)
    if kind == "PipeExpression":
        piped = len(_children(node)) > 1
        if piped or _alone(node):
            _check_table(_children(node)[0], own, allowed, piped=piped)
    elif kind in _OPERANDS:
        for operand in _children(node):
            if "Clause" not in _kind(operand) and "Parameter" not in _kind(operand):
                _check_table(operand, own, allowed, piped=True)
    elif kind == "ListEqualityExpression":
        for operand in _children(node):
            _check_table(operand, own, allowed, piped=False, columns=True)


def _check_table(
    node: Any, own: Collection[str], allowed: Collection[str], *, piped: bool, columns: bool = False
) -> None:
    head = _head(node)
    if _kind(head) in _NAMES:
        name = _name(head)
        if name not in own and name not in allowed and not (columns and name in _documented()):
            raise BadQuery(f"The table '{name[:60]}' cannot be read here; there are {', '.join(sorted(allowed))}.")
    if _kind(head) == "NamedFunctionCallExpression":
        name = _name(head.children[0])
        if name not in own and (piped or name not in _SCALARS):
            raise BadQuery(f"The function {name[:60]}() cannot be asked for rows here.")


def _documented() -> set[str]:
    from bot.adapters.kql.tables import visible

    return {column for columns in visible().values() for column in columns}


def _alone(node: Any) -> bool:
    """Whether a node has nothing in it but one name or call: an expression of several is no table."""
    while _kind(node) not in _ENDS:
        children = _children(node)
        if len(children) != 1:
            return False
        node = children[0]
        if _kind(node) == "PipeExpression":
            return False  # it is judged by itself
    return True


def _is_value(node: Any) -> bool:
    """Whether something in brackets stands where a value is computed, as in `where (IsGuest)`."""
    parent = node.parentCtx
    while parent is not None and _kind(parent) not in ("PipedOperator", *_OPERANDS, "ListEqualityExpression"):
        if _kind(parent) in _VALUES:
            return True
        parent = parent.parentCtx
    return False


def _head(node: Any) -> Any:
    """What the rows come from: the first name or call, or another kind of node."""
    while True:
        if _kind(node) in (*_ENDS, "PipeExpression", "DataTableExpression", "RangeExpression"):
            return node
        children = _children(node)
        if not children:
            return node
        node = children[0]


def _walk(tree: Any) -> Iterator[Any]:
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(_children(node)))


def _children(node: Any) -> list[Any]:
    """The nodes inside a node, without its words and brackets."""
    return [each for each in getattr(node, "children", None) or () if getattr(each, "children", None)]


def _defined(let: Any) -> Iterator[str]:
    """The name that a let statement gives, and those of its function's parameters."""
    for each in _children(let):
        if _kind(each) == "IdentifierOrKeywordOrEscapedName":
            yield _name(each)
            return
        if _kind(each) in ("ScalarParameter",):
            yield from (_name(name) for name in _children(each) if _kind(name) == "ParameterName")


def _kind(node: Any) -> str:
    return type(node).__name__.removesuffix("Context")


def _name(node: Any) -> str:
    written = str(node.getText())
    return written[2:-2] if written.startswith(("['", '["')) else written
