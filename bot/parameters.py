"""What a command takes, from its signature: words in their places, flags behind dashes, and what each is for."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.model import Value
from bot.words import Reader, is_long, reader_of, shape_of
from bot.written import written

Page = Annotated[int, "which page of the list"]


class Parameter(Value, frozen=True, kw_only=True):
    """One argument: a positional one takes words, a flag stands behind --name.

    `argument` is its name in Python. `long` ones take as many words as there are: a name, a reason. A `switch` is a flag without a value.
    `default` is what it means when it is left out, in words; `text` says what it is for.
    """

    name: str
    argument: str
    flag: bool
    required: bool
    shape: str
    reader: Reader
    long: bool = False
    switch: bool = False
    default: str = ""
    text: str = ""

    @property
    def usage(self) -> str:
        """As a line of usage shows it."""
        return self.shown if self.required else f"[{self.shown}]"

    @property
    def shown(self) -> str:
        """As it is typed: a flag with its value."""
        value = "" if self.switch else f" {self.shape}"
        return f"--{self.name}{value}" if self.flag else self.shape

    @property
    def brief(self) -> str:
        """The same, of a flag no more than its name."""
        return f"[--{self.name}]" if self.flag else self.usage

    @property
    def explained(self) -> tuple[str, str]:
        """How it is typed, and what it is for."""
        return self.shown, f"{self.text}; {self.default} if it is left out" if self.default else self.text


def parameters_of(act: Callable[..., Awaitable[Any]]) -> tuple[Parameter, ...]:
    """The arguments of a command; what `Annotated` says beside a type is what the argument is for."""
    hints = get_type_hints(act, include_extras=True)
    found = list(inspect.signature(act).parameters.values())[1:]
    return tuple(_parameter(each, hints[each.name]) for each in found)


def shared(parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, str]:
    """Which words are whose: each gets one, the first long one (or else the last) all that are left over."""
    if not parameters:
        return {}
    if len(words) < sum(each.required for each in parameters):
        return {each.name: word for each, word in zip(parameters, words, strict=False)}
    wide = next((at for at, each in enumerate(parameters) if each.long), len(parameters) - 1)
    behind = len(parameters) - 1 - wide
    end = max(min(wide, len(words)), len(words) - behind)
    parts = [[word] for word in words[:wide]] + [list(words[wide:end])] + [[word] for word in words[end:]]
    return {each.name: " ".join(part) for each, part in zip(parameters, parts, strict=False)}


def _parameter(declared: inspect.Parameter, hint: Any) -> Parameter:
    kind, text = get_args(hint)[:2] if get_origin(hint) is Annotated else (hint, "")
    required = declared.default is inspect.Parameter.empty
    default = "" if required else written(declared.default)
    return Parameter(
        name=declared.name.rstrip("_").replace("_", "-"),
        argument=declared.name,
        flag=declared.kind is inspect.Parameter.KEYWORD_ONLY,
        required=required,
        shape=default if kind in (int, timedelta) and default else shape_of(kind, declared.name),
        reader=reader_of(kind),
        long=is_long(kind),
        switch=kind is bool,
        default=default,
        text=text,
    )
