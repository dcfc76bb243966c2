"""A command is a function: its signature is its grammar, its docstring its help, its decorator says who may."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, get_type_hints

from bot import registry
from bot.context import Context
from bot.flags import part, unquoted
from bot.model import CommandHelp, Job, Role, Value
from bot.ports import Card, Refusal, Unclear
from bot.words import Reader, listed, reader_of, shape_of
from bot.written import written

Act = Callable[..., Awaitable[Card]]
Question = Callable[..., tuple[str, Sequence[str]]]
"""From a command's arguments to the title and the sentences of its confirmation card; raises Refusal."""


class Parameter(Value, frozen=True, kw_only=True):
    """One argument: a positional one takes words, a flag stands behind --name.

    `argument` is its name in Python. `long` ones take as many words as there are: a name, a reason. A `switch` is a flag without a value.
    `default` is what it means when it is left out, in words.
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


class Command(Value, frozen=True, kw_only=True):
    """A command as it was declared.

    `in_place`: pressed as a button, its card takes the place of the pressed card; `for_all`: for everybody at once.
    `reads`: it changes nothing, so that nobody needs to know later who ran it. `choices` are words that it takes, and
    what each means.
    """

    name: str
    text: str
    role: Role
    parameters: tuple[Parameter, ...]
    act: Act
    question: Question | None = None
    in_place: bool = False
    for_all: bool = False
    hidden: bool = False
    reads: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def typed(self) -> str:
        """Its name as people write it: undelivered retry."""
        return self.name.replace("-", " ")

    @property
    def help(self) -> CommandHelp:
        usage = " ".join((self.typed, *(_usage(each) for each in self.parameters)))
        return CommandHelp(
            name=self.name, usage=usage, text=self.text, role=self.role, hidden=self.hidden, choices=self.choices
        )

    async def understand(self, ctx: Context, words: Sequence[str]) -> dict[str, Any]:
        """The arguments that the words stand for. Raises Refusal."""
        plain, flags = part(
            words, {each.name: each for each in self.parameters if each.flag}, self.help.usage, self.typed
        )
        given_to = _share([each for each in self.parameters if not each.flag], plain) | flags
        arguments: dict[str, Any] = {}
        for each in self.parameters:
            if given := unquoted(given_to.get(each.name, "")):
                arguments[each.argument] = await self._read(ctx, each, given, given_to)
            elif each.required:
                raise Refusal(f"`{self.typed}` needs {each.shape}. Write `{self.help.usage}`.", listed(each.shape))
        if plain and all(each.flag for each in self.parameters):
            raise Refusal(f"`{self.typed}` takes no further words. Write `{self.help.usage}`.", (self.name,))
        return arguments

    async def _read(self, ctx: Context, each: Parameter, given: str, all_given: Mapping[str, str]) -> Any:
        """One argument. What is unclear is asked back as this very line, with each of what may be meant in its place."""
        try:
            return await each.reader(ctx, given)
        except Unclear as error:
            lines = [f"{self.name} {self.words({**all_given, each.name: one})}" for one in error.instead]
            raise Refusal(str(error), [*lines, *error.suggestions]) from None

    def words(self, given: Mapping[str, str]) -> str:
        """What somebody would type behind the command's name, from the words of each parameter."""
        parts: list[str] = []
        for each in self.parameters:
            if value := given.get(each.name):
                parts += [f"--{each.name}"] if each.flag else []
                parts += [] if each.switch else [value]
        return " ".join(parts)

    def settled(self, arguments: Mapping[str, Any]) -> str:
        """The words that stand for just these arguments: what was shown is what is done, whatever is named later."""
        given = {
            each.name: written(arguments[each.argument]) if each.argument in arguments else each.default
            for each in self.parameters
        }
        return self.words(given)


_commands: dict[str, Command] = {}


def command(
    *,
    role: Role,
    question: Question | None = None,
    in_place: bool = False,
    for_all: bool = False,
    hidden: bool = False,
    reads: bool = False,
    choices: Mapping[str, str] | None = None,
) -> Callable[[Act], Act]:
    """Declare a command. One with a `question` is asked back before it acts; one for readers changes nothing of weight."""

    def declare(act: Act) -> Act:
        name = getattr(act, "__name__", "").rstrip("_").replace("_", "-")
        _commands[name] = Command(
            name=name,
            text=inspect.cleandoc(act.__doc__ or "").split("\n")[0],
            role=role,
            parameters=_parameters(act),
            act=act,
            question=question,
            in_place=in_place,
            for_all=for_all,
            hidden=hidden,
            reads=reads or role is not Role.OPERATOR,
            choices=tuple((str(word), meaning) for word, meaning in (choices or {}).items()),
        )
        return act

    return declare


@cache
def commands() -> Mapping[str, Command]:
    """Every command of bot/commands, by name."""
    from bot import commands as folder

    registry.load(folder)
    return dict(sorted(_commands.items()))


def _parameters(act: Act) -> tuple[Parameter, ...]:
    hints = get_type_hints(act)
    found = list(inspect.signature(act).parameters.values())[1:]
    return tuple(_parameter(each, hints[each.name]) for each in found)


def _parameter(declared: inspect.Parameter, kind: Any) -> Parameter:
    required = declared.default is inspect.Parameter.empty
    default = "" if required else written(declared.default)
    return Parameter(
        name=declared.name.rstrip("_").replace("_", "-"),
        argument=declared.name,
        flag=declared.kind is inspect.Parameter.KEYWORD_ONLY,
        required=required,
        shape=default if kind in (int, timedelta) and default else shape_of(kind, declared.name),
        reader=reader_of(kind),
        long=kind in (str, Job, Job | None),
        switch=kind is bool,
        default=default,
    )


def _usage(parameter: Parameter) -> str:
    value = "" if parameter.switch else f" {parameter.shape}"
    shown = f"--{parameter.name}{value}" if parameter.flag else parameter.shape
    return shown if parameter.required else f"[{shown}]"


def _share(parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, str]:
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
