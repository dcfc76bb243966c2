"""What is done to the text of a query before it is asked: values are bound, `render` is taken off, rows are limited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from bot.ports import Refusal

Values = Mapping[str, Sequence[str]]

# Comments and all spellings of a string literal, so that what follows them is never taken from inside one.
OPAQUE = r"""//[^\n]*|```.*?```|~~~.*?~~~|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_OPAQUE = re.compile(OPAQUE, re.DOTALL)
_RENDER = re.compile(r"\|\s*render\s+(\w+)[^|;]*$")
_DECLARED = re.compile(r"\bdeclare\s+query_parameters\s*\(", re.IGNORECASE)
_BREAKS = {0x85: r"\u0085", 0x2028: r"\u2028", 0x2029: r"\u2029"}
_TABLE = re.compile(r"\b[A-Za-z_]\w*\b")


def bound(kql: str, values: Values) -> str:
    """The query with each `let name = …;` of a value in place of its own. Raises Refusal where one has no such line.

    The value becomes a literal, in which nothing of it can end; lines stay where they are.
    """
    kql = _without_declaration(kql)
    for name, given in values.items():
        code = code_of(kql)
        found = re.search(rf"\blet\s+{re.escape(name)}\s*=[^;]*;", code)
        if found is None:
            raise Refusal(f"The query has no line `let {name} = dynamic([]);` for the parameter {name}.")
        lines = "\n" * kql.count("\n", found.start(), found.end())
        kql = f"{kql[: found.start()]}let {name} = {literal(given)};{lines}{kql[found.end() :]}"
    return kql


def literal(given: Sequence[str]) -> str:
    """Texts as a dynamic literal, whose strings are those of JSON."""
    said = json.dumps([str(each) for each in given], ensure_ascii=False)
    return f"dynamic({said.translate(_BREAKS)})"


def limited(kql: str, rows: int) -> str:
    """The query without `render`, and with one row more than may come, so that it shows when there are more."""
    plain, _ = unrendered(kql)
    return f"{plain}\n| take {rows + 1}"


def unrendered(kql: str) -> tuple[str, str]:
    """The query without a last `render`, remarks and semicolons, and what it wanted drawn ("" for nothing)."""
    code = code_of(kql).rstrip().rstrip(";").rstrip()
    found = _RENDER.search(code)
    return (kql[: found.start()].rstrip(), found[1]) if found else (kql[: len(code)], "")


def tables(kql: str, known: Sequence[str]) -> tuple[str, ...]:
    """Those of the known tables that the query names."""
    named = set(_TABLE.findall(code_of(kql)))
    return tuple(name for name in known if name in named)


def _without_declaration(kql: str) -> str:
    """`declare query_parameters(a:string = "x");` as `let a = "x";`: Log Analytics does not take the first."""
    code = code_of(kql)
    found = _DECLARED.search(code)
    if found is None:
        return kql
    end = code.find(";", found.end())
    close = code.rfind(")", found.end(), end)
    if end < 0 or close < 0:
        raise Refusal("`declare query_parameters(…)` does not end; it ends with `);`.")
    names = re.findall(r"(\w+)\s*:\s*\w+", code[found.end() : close])
    lines = "\n" * kql.count("\n", found.start(), end)
    made = " ".join(f"let {name} = dynamic([]);" for name in names)
    return f"{kql[: found.start()]}{made}{lines}{kql[end + 1 :]}"


def code_of(kql: str) -> str:
    """The text without remarks and without what stands in quotes, in which every place is the same as before."""
    return _OPAQUE.sub(lambda found: re.sub(r"[^\n]", " " if found[0][:2] == "//" else '"', found[0]), kql)
