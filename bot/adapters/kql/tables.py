"""The tables of the log store: their documented columns, and the same as the engine's types."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

PROVISIONING = "AADProvisioningLogs"
AUDITS = "AuditLogs"

INGESTED = "$IngestionTime"
"""The hidden column behind ingestion_time(), under the name that the service gives it."""

HIDDEN = "ingest"
"""The schema that holds the tables with their hidden column; a query cannot name it."""

MARK = "\ue000"
"""Put before a name to tell it from one that differs only in case; the engine's own names ignore case."""

SQL_TYPES = {
    "string": "VARCHAR",
    "datetime": "TIMESTAMP",
    "long": "BIGINT",
    "int": "INTEGER",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "dynamic": "JSON",
}

_KQL_TYPES = {
    "VARCHAR": "string",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "DATE": "datetime",
    "BIGINT": "long",
    "UBIGINT": "long",
    "HUGEINT": "long",
    "INTEGER": "int",
    "SMALLINT": "int",
    "TINYINT": "int",
    "UINTEGER": "long",
    "DOUBLE": "real",
    "FLOAT": "real",
    "BOOLEAN": "bool",
    "JSON": "dynamic",
    "INTERVAL": "timespan",
    "UUID": "guid",
}


@cache
def columns() -> dict[str, dict[str, str]]:
    """Table → column → KQL type, in the order of Microsoft's table reference."""
    return msgspec.json.decode(Path(__file__).with_name("schema.json").read_bytes(), type=dict[str, dict[str, str]])


@cache
def visible() -> dict[str, list[str]]:
    """Table → its columns, as a query sees them."""
    return {table: list(kinds) for table, kinds in columns().items()}


@cache
def known() -> dict[str, list[str]]:
    """What the parser may know of: the tables as queries see them, and each once more with its ingestion time."""
    return visible() | {hidden(table): [*names, INGESTED] for table, names in visible().items()}


def hidden(table: str) -> str:
    """The name of a table with its ingestion time; the dot keeps it out of wildcards."""
    return f"{HIDDEN}.{table}"


def ddl() -> list[str]:
    """SQL that makes the tables where they are not there yet, out of reach of a query's own names."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {HIDDEN}"]
    for table, kinds in columns().items():
        typed = [f'"{name}" {SQL_TYPES[kind]}' for name, kind in kinds.items()] + [f'"{INGESTED}" TIMESTAMP']
        statements.append(f'CREATE TABLE IF NOT EXISTS {HIDDEN}."{table}" ({", ".join(typed)})')
    return statements


def reading(table: str, *, ingested: bool, spanned: bool, listed: bool = False) -> str:
    """The common table expression that lets a query read a table, within $span_start and $span_end if `spanned`.

    `listed` leaves only the rows of $listed.
    """
    name = hidden(table) if ingested else table
    shown = ", ".join(f'"{column}"' for column in known()[name])
    terms = ['"TimeGenerated" >= $span_start AND "TimeGenerated" <= $span_end'] if spanned else []
    if listed and table == PROVISIONING:
        terms.append("rowid IN (SELECT unnest($listed))")
    within = f" WHERE {' AND '.join(terms)}" if terms else ""
    return f'"{name}" AS NOT MATERIALIZED (SELECT {shown} FROM {HIDDEN}."{table}"{within})'  # noqa: S608


def unmarked(name: str) -> str:
    """The name as it was written."""
    return name.replace(MARK, "")


def kql_type(sql_type: str) -> str:
    """The KQL name of an engine type; lists and structures are dynamic, decimals keep their name."""
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP")):
        return "dynamic"
    return "decimal" if sql_type.startswith("DECIMAL") else _KQL_TYPES.get(sql_type, "string")
