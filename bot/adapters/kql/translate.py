"""From the text of a query to SQL: parse, allow, mend, check, render; nothing here touches a database."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from duckdb_kql import errors as vendor
from duckdb_kql import ir
from duckdb_kql.lower import lower
from duckdb_kql.params import bind
from duckdb_kql.schema import match_wildcard
from duckdb_kql.translate import CLOCK_SLOT, clock, to_sql

from bot.adapters.kql import text
from bot.adapters.kql.captures import captured
from bot.adapters.kql.errors import BadMeaning, BadQuery, TooDear, Unsupported
from bot.adapters.kql.functions import bounded, mend
from bot.adapters.kql.names import reads_ingestion, resolved, told_apart
from bot.adapters.kql.tables import HIDDEN, INGESTED, PROVISIONING, hidden, known, reading, unmarked, visible
from bot.adapters.kql.tree import rebuild, size, walk

MOST_NODES = 50_000
"""A let that is read twice by another that is read twice, and so on: twenty lines can stand for a million."""

MOST_READS = 200

_UNSET = datetime(1, 1, 1)  # noqa: DTZ001  the engine's times have no zone

mend()


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """SQL with placeholders: `slots` are those it reads, `values` what the query itself binds."""

    sql: str
    slots: frozenset[str]
    values: dict[str, Any]

    def parameters(
        self, now: datetime, start: datetime | None, end: datetime | None, listed: Sequence[int] = ()
    ) -> dict[str, Any]:
        """The values for one run; the times are UTC without a zone."""
        given = {CLOCK_SLOT: now, "span_start": start, "span_end": end, "listed": list(listed)} | self.values
        return {slot: given[slot] for slot in self.slots}


@lru_cache(maxsize=512)
def translate(kql: str, *, spanned: bool, rows: int, listed: bool = False) -> Translated:
    """The query as SQL that gives at most `rows` rows; `listed` lets it see only rows that are listed. Raises BadQuery."""
    with _in_our_words(kql), bounded(), clock(_UNSET) as active:
        query = _mended(told_apart(_allowed(lower(text.prepared(kql), {}, {}))))
        query = resolved(query, known())
        query.operators.append(ir.Take(rows))
        rendered = to_sql(query, known())
        values, missing = bind(query.parameters, None)
    if missing:
        raise BadMeaning(f"The query parameter '{missing[0]}' has no value")
    if active.moment is not None and active.moment is not _UNSET:
        values[CLOCK_SLOT] = active.moment
    tables = _tables(query)
    slots: set[str] = set(rendered.slots)
    if active.used:
        slots.add(CLOCK_SLOT)
    if spanned and tables:
        slots |= {"span_start", "span_end"}
    listed = listed and any(name == PROVISIONING for name, _ in tables)
    if listed:
        slots.add("listed")
    read = [reading(name, ingested=ingested, spanned=spanned, listed=listed) for name, ingested in tables]
    sql = _with_tables(str(rendered), read)
    return Translated(sql=sql, slots=frozenset(slots), values=values)


def _allowed(query: ir.Query) -> ir.Query:
    """The query, if it reads nothing but our tables. Raises BadQuery."""
    if size(query) > MOST_NODES:
        raise TooDear("The query says too much, once its let statements are put in; make it shorter.")
    bound = {name: body for node in walk(query) if isinstance(node, ir.Query) for name, body in node.lets}
    if _reads(query, bound) > MOST_READS:
        raise TooDear(f"The query reads tables more than {MOST_READS} times, once its let statements are put in.")
    lets = set(bound)
    if taken := sorted(lets & visible().keys()):
        raise Unsupported(f"A let statement named like the table {taken[0]}")
    for node in walk(query):
        if isinstance(node, ir.CommandSource):
            raise Unsupported("A control command")
        if isinstance(node, (ir.TableRef, ir.WildcardTableRef)) and node.database is not None:
            raise BadMeaning("Other clusters and databases cannot be read here")
        if isinstance(node, ir.TableRef) and node.name not in lets | visible().keys():
            raise BadMeaning(f"Failed to resolve table or column expression named '{node.name}'")
    return query


def _reads(query: ir.Query, lets: dict[str, Any]) -> int:
    """How often the query reads a table when each let is put in wherever it stands, as the engine's planner does."""
    counted: dict[str, int] = {}

    def count(node: object) -> int:
        return sum(reads(found.name) for found in walk(node) if isinstance(found, ir.TableRef))

    def reads(name: str) -> int:
        if name in lets and name not in counted:
            counted[name] = 1  # for a let that reads itself
            counted[name] = max(1, count(lets[name]))
        return counted.get(name, 1)

    return count(query)


def _mended(query: ir.Query) -> ir.Query:
    mended: ir.Query = rebuild(query, _mend)
    return mended


def _mend(node: Any) -> Any:
    if isinstance(node, ir.FunctionCall) and node.name == "ingestion_time" and not node.args:
        return ir.ColumnRef(INGESTED)
    if isinstance(node, ir.Parse):  # the engine's regular expressions take no dynamic; of a string it is the string
        return dataclasses.replace(node, expression=ir.FunctionCall("tostring", (node.expression,)))
    if isinstance(node, ir.Query):
        node = captured(node)
    if isinstance(node, ir.Query) and any(reads_ingestion(operator) for operator in node.operators):
        return _with_ingestion(node)
    return node


def _with_ingestion(query: ir.Query) -> ir.Query:
    last = max(index for index, operator in enumerate(query.operators) if reads_ingestion(operator))
    if any(isinstance(operator, (ir.Union, ir.Join, ir.Lookup)) for operator in query.operators[:last]):
        raise Unsupported("ingestion_time() after union, join or lookup")
    if isinstance(query.source, ir.TableRef) and query.source.name in visible():
        return dataclasses.replace(query, source=ir.TableRef(hidden(query.source.name)))
    return query


def _tables(query: ir.Query) -> list[tuple[str, bool]]:
    """The tables that the query reads, each with whether its ingestion time is wanted."""
    names: set[str] = set()
    for node in walk(query):
        if isinstance(node, ir.TableRef) and node.name in known():
            names.add(node.name)
        elif isinstance(node, ir.WildcardTableRef):
            names.update(match_wildcard(node, visible()))
    return [(name.removeprefix(f"{HIDDEN}."), name not in visible()) for name in sorted(names)]


def _with_tables(sql: str, readings: list[str]) -> str:
    if not sql.startswith("WITH "):
        raise Unsupported("This shape of query")
    return f"WITH {', '.join([*readings, sql.removeprefix('WITH ')])}"


@contextmanager
def _in_our_words(kql: str) -> Generator[None]:
    try:
        yield
    except vendor.KqlSyntaxError as error:
        span = error.diagnostics[0].span if error.diagnostics else vendor.SourceSpan(1, 0)
        raise text.syntax_error(kql, span.line, span.column) from None
    except vendor.KqlUnsupportedError as error:
        raise Unsupported(_construct(error.construct)) from None
    except vendor.KqlSchemaError as error:
        raise BadMeaning(unmarked(str(error))) from None
    except vendor.KqlError as error:
        raise BadQuery(unmarked(str(error))) from None
    except RecursionError:
        raise BadQuery("The query is nested too deeply; write long lists of conditions with in (...).") from None


def _construct(name: str) -> str:
    kind, _, what = unmarked(name).rpartition(":")
    if kind == "function":
        return f"The function {what}()"
    word = re.sub(r"(Operator|Expression|Statement)$", "", what)
    return "'" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", word).lower() + "'"
