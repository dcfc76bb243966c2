"""Mends what the engine's translator gets wrong or lets run away: changes to its registry, made once."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from duckdb_kql import ir, translate
from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS, SCALAR_FUNCTIONS, AggregateSpec

from bot.adapters.kql.errors import TooDear

LONGEST_SQL, MOST_SQL = 1_000_000, 200_000_000
"""Characters that one expression may come to, and all of a query, each counted at every level it is part of."""

# Kusto's parse_json() of a text that is no JSON is that text; the translator makes it null.
_PARSE = "coalesce(TRY_CAST({0} AS JSON), to_json(nullif(CAST({0} AS VARCHAR), '')))"

# Kusto allows no more than 1024 either; without a limit one row can ask for gigabytes.
_REPEAT = "repeat({0}, CASE WHEN {1} > 1024 THEN error('strrep(): the multiplier is at most 1024') ELSE {1} END)"

# Aggregates that the translator does not have, each as SQL and the numbers of arguments it takes.
_AGGREGATES = {
    "maxif": ("max({0}) FILTER (WHERE {1})", (2,)),
    "minif": ("min({0}) FILTER (WHERE {1})", (2,)),
    "take_anyif": ("any_value({0}) FILTER (WHERE {1})", (2,)),
    "count_distinct": ("count(DISTINCT {0})", (1,)),
    "count_distinctif": ("count(DISTINCT {0}) FILTER (WHERE {1})", (2,)),
}

# make_set() joins arrays, but a text that looks like one ("[]") is a text; the translator tries to read it and fails.
_IS_ARRAY = "json_type(TRY_CAST({0} AS JSON)) = 'ARRAY'"
_IS_NO_TEXT = f"typeof({{0}}) <> 'VARCHAR' AND {_IS_ARRAY}"

_render_range = translate.render_range
_render_expr = translate.render_expr
_left: ContextVar[list[int]] = ContextVar("left")


def mend() -> None:
    """Change the translator's registry; doing it twice changes nothing."""
    for name, template in {"parse_json": _PARSE, "todynamic": _PARSE, "strrep": _REPEAT}.items():
        SCALAR_FUNCTIONS[name] = dataclasses.replace(SCALAR_FUNCTIONS[name], template=template)
    for name, (template, arities) in _AGGREGATES.items():
        AGGREGATE_FUNCTIONS[name] = AggregateSpec(name, template, arities, name_is_argument=name == "take_anyif")
    made = AGGREGATE_FUNCTIONS["make_set"]
    if _IS_NO_TEXT not in made.template:
        mended = made.template.replace(_IS_ARRAY, _IS_NO_TEXT)
        AGGREGATE_FUNCTIONS["make_set"] = dataclasses.replace(made, template=mended)
    translate.render_range = _streamed_range
    translate.render_expr = _counted_expr


@contextmanager
def bounded() -> Generator[None]:
    """Rendering inside this raises TooDear before the SQL outgrows the machine."""
    token = _left.set([MOST_SQL])
    try:
        yield
    finally:
        _left.reset(token)


def _streamed_range(source: ir.RangeSource) -> str:
    """`range` as a table function: made as one list, a long range could neither be held nor interrupted."""
    series, name = _render_range(source).removeprefix("SELECT UNNEST(").rsplit(") AS ", 1)
    return f"SELECT * FROM {series} AS _range({name})"  # noqa: S608


def _counted_expr(node: ir.Expr) -> str:
    """An expression as before, but counted: templates repeat their arguments, so nesting a few calls makes gigabytes."""
    sql = _render_expr(node)
    left = _left.get()
    left[0] -= len(sql)
    if left[0] < 0 or len(sql) > LONGEST_SQL:
        raise TooDear("The query nests too many function calls in each other; split it with extend.")
    return sql
