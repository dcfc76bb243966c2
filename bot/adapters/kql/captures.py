"""The columns that `parse` makes: the engine names groups of a regular expression after them, which take no marks."""

from __future__ import annotations

import dataclasses

from duckdb_kql import ir

from bot.adapters.kql.tables import MARK, unmarked


def captured(query: ir.Query) -> ir.Query:
    """The query with every marked column of a `parse` made under a plain name first, and named as it was after that."""
    operators = [each for operator in query.operators for each in _captured(operator)]
    return dataclasses.replace(query, operators=operators) if len(operators) > len(query.operators) else query


def _captured(operator: ir.Operator) -> list[ir.Operator]:
    if not isinstance(operator, ir.Parse):
        return [operator]
    plain = {
        segment.name: f"_parsed_{number}_{unmarked(segment.name)}"
        for number, segment in enumerate(operator.segments)
        if segment.name and MARK in segment.name
    }
    if not plain:
        return [operator]
    segments = tuple(
        dataclasses.replace(segment, name=plain.get(segment.name or "", segment.name)) for segment in operator.segments
    )
    named = tuple(ir.NamedExpr(ir.ColumnRef(made), name) for name, made in plain.items())
    return [dataclasses.replace(operator, segments=segments), ir.Extend(named), ir.ProjectAway(tuple(plain.values()))]
