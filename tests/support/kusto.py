"""Microsoft's own parser of KQL (node's @kusto/language-service-next) on the documented tables."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bot.adapters.kql.tables import columns
from bot.model import Value
from sandbox.node import node

CHECK = Path(__file__).with_name("check_kql.js")


class Mistake(Value, frozen=True, kw_only=True):
    """An error or a warning, and the text it is about."""

    line: int
    text: str
    message: str


class Verdict(Value, frozen=True, kw_only=True):
    """What the parser says of a query; `columns` are the result's, as (name, type)."""

    mistakes: list[Mistake]
    columns: list[tuple[str, str]]
    tables: list[str]


def judged(queries: Mapping[str, str]) -> dict[str, Verdict]:
    """The verdict on each query, by name."""
    asked = msgspec.json.encode({"schema": columns(), "queries": dict(queries)})
    ran = subprocess.run([node(), str(CHECK)], input=asked, capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")
    return msgspec.json.decode(ran.stdout, type=dict[str, Verdict])
