"""$filter, with just the operators and properties that are documented for each collection."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import methodcaller
from typing import Any

from sandbox.graph.routing import GraphError
from sandbox.ids import graph_time

Test = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>-?\d+)"
    r"|(?P<word>[A-Za-z_][\w/]*)|(?P<mark>[(),:]))"
)
_FUNCTIONS = ("contains", "startswith")


class Grammar:
    """What may be filtered: a property's path to its operators.

    `paths` leads from other documented spellings to the JSON's; `fold` compares without regard to case.
    """

    def __init__(
        self, fields: Mapping[str, str], paths: Mapping[str, str] | None = None, *, fold: bool = False
    ) -> None:
        self.fold = fold
        self.fields = {name: frozenset(operators.split()) for name, operators in fields.items()}
        self.paths = dict(paths or {})

    def parse(self, text: str) -> Test:
        """The test that a filter describes. Raises GraphError for anything that is not documented."""
        return _Parser(self, tokens(text)).whole()


def tokens(text: str) -> list[tuple[str, str]]:
    """The words of a filter, each with its kind. Raises GraphError for what is none."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _wrong(f"Syntax error at position {at} in '{text}'.")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Reads or-of-ands of comparisons; `and` binds closer than `or`, parentheses closest."""

    def __init__(self, grammar: Grammar, tokens: list[tuple[str, str]]) -> None:
        self._grammar, self._tokens, self._at = grammar, tokens, 0

    def whole(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise _wrong(f"Syntax error at '{self._tokens[self._at][1]}'.")
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._skip("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._skip("and"):
            tests.append(self._one())
        if len(tests) == 2:  # as nearly every filter has, and it is asked of every row there is
            one, other = tests
            return lambda row: one(row) and other(row)
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._skip("("):
            test = self._either()
            self._expect(")")
            return test
        kind, word = self._next()
        if kind != "word":
            raise _wrong(f"Syntax error at '{word}'.")
        if word.lower() in _FUNCTIONS:
            return self._function(word.lower())
        if word.endswith("/any"):
            return self._any(word)
        _, operator = self._next()
        return self._compare(word, operator, self._literal())

    def _any(self, field: str) -> Test:
        """`proxyAddresses/any(p:p eq 'x')`, or of objects `errors/any(o:o/category eq 'x')`."""
        self._expect("(")
        _, variable = self._next()
        self._expect(":")
        _, path = self._next()
        _, operator = self._next()
        value = _fold(self._literal())
        self._expect(")")
        inner = path.removeprefix(variable).removeprefix("/")
        allowed = self._grammar.fields.get(f"{field}/{inner}".rstrip("/"), frozenset[str]())
        if operator not in allowed or path.split("/")[0] != variable:
            raise _wrong(f"The operator '{operator}' is not supported for '{field}'.")
        read = _reader(field.removesuffix("/any"))
        return lambda row: any(_fold(each.get(inner) if inner else each) == value for each in read(row) or ())

    def _function(self, name: str) -> Test:
        self._expect("(")
        _, field = self._next()
        self._expect(",")
        value = self._literal()
        self._expect(")")
        return self._compare(field, name, value)

    def _compare(self, field: str, operator: str, value: str | int) -> Test:
        allowed = self._grammar.fields.get(field)
        if allowed is None:
            raise _wrong(f"Could not find a property named '{field}' that can be filtered.")
        if operator not in allowed:
            raise _wrong(f"The operator '{operator}' is not supported for '{field}'.")
        read = _reader(self._grammar.paths.get(field, field))
        if self._grammar.fold:
            return _TESTS[operator](lambda row: _fold(read(row)), _fold(value))
        return _TESTS[operator](read, value)

    def _literal(self) -> str | int | bool:
        kind, text = self._next()
        if text in ("true", "false") and kind == "word":
            return text == "true"
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "time":
            return moment(text)
        if kind == "number":
            return int(text)
        raise _wrong(f"'{text}' is no literal.")

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _wrong("The filter ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at][1] == word
        self._at += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._skip(mark):
            raise _wrong(f"'{mark}' is missing.")


def _reader(path: str) -> Callable[[Mapping[str, Any]], Any]:
    names = path.split("/")
    if len(names) == 1:
        return methodcaller("get", path)

    def read(row: Mapping[str, Any]) -> Any:
        value: Any = row
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return value  # pyright: ignore[reportUnknownVariableType]

    return read


_TESTS: dict[str, Callable[[Callable[[Mapping[str, Any]], Any], Any], Test]] = {
    "eq": lambda read, value: lambda row: read(row) == value,
    "gt": lambda read, value: lambda row: (found := read(row)) is not None and found > value,
    "lt": lambda read, value: lambda row: (found := read(row)) is not None and found < value,
    "ge": lambda read, value: lambda row: (found := read(row)) is not None and found >= value,
    "le": lambda read, value: lambda row: (found := read(row)) is not None and found <= value,
    "contains": lambda read, value: lambda row: value in (read(row) or ""),
    "startswith": lambda read, value: lambda row: (read(row) or "").startswith(value),
}


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def moment(text: str) -> str:
    """A time in the fixed width that rows have, so that it compares as text."""
    try:
        return graph_time(datetime.fromisoformat(text))
    except ValueError:
        raise _wrong(f"'{text}' is no date and time.") from None


def _wrong(message: str) -> GraphError:
    return GraphError(400, "BadRequest", f"Invalid filter clause: {message}")
