"""A command is a function: its signature is its grammar, its docstring its help, its decorator says who may."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

from bot import registry
from bot.context import Context
from bot.model import CommandHelp, Job, Role, Value
from bot.ports import Card, Refusal
from bot.words import Reader, reader_of, shape_of

Act = Callable[..., Awaitable[Card]]
Question = Callable[..., tuple[str, Sequence[str]]]
"""From a command's arguments to the title and the sentences of its confirmation card; raises Refusal."""


class Parameter(Value, frozen=True, kw_only=True):
    """One argument: a positional one takes words, a flag stands behind --name.

    `argument` is its name in Python. `long` ones take as many words as there are: a name, a reason. A `switch` is a flag without a value.
    """

    name: str
    argument: str
    flag: bool
    required: bool
    shape: str
    reader: Reader
    long: bool = False
    switch: bool = False


class Command(Value, frozen=True, kw_only=True):
    """A command as it was declared.

    `in_place`: pressed as a button, its card takes the place of the pressed card; `for_all`: for everybody at once.
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

    @property
    def help(self) -> CommandHelp:
        usage = " ".join((self.name, *(_usage(each) for each in self.parameters)))
        return CommandHelp(name=self.name, usage=usage, text=self.text, role=self.role, hidden=self.hidden)

    async def understand(self, ctx: Context, words: Sequence[str]) -> dict[str, Any]:
        """The arguments that the words stand for. Raises Refusal."""
        plain, flags = _part(self, words)
        given_to = _share([each for each in self.parameters if not each.flag], plain) | flags
        arguments: dict[str, Any] = {}
        for each in self.parameters:
            if given := given_to.get(each.name):
                arguments[each.argument] = await each.reader(ctx, given)
            elif each.required:
                raise Refusal(f"`{self.name}` needs {each.shape}. Write `{self.help.usage}`.")
        if plain and all(each.flag for each in self.parameters):
            raise Refusal(f"`{self.name}` takes no further words. Write `{self.help.usage}`.", (self.name,))
        return arguments


_commands: dict[str, Command] = {}


def command(
    *,
    role: Role,
    question: Question | None = None,
    in_place: bool = False,
    for_all: bool = False,
    hidden: bool = False,
) -> Callable[[Act], Act]:
    """Declare a command. One with a `question` is asked back before it acts."""

    def declare(act: Act) -> Act:
        name = getattr(act, "__name__", "").rstrip("_")
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
    return tuple(
        Parameter(
            name=each.name.rstrip("_"),
            argument=each.name,
            flag=each.kind is inspect.Parameter.KEYWORD_ONLY,
            required=each.default is inspect.Parameter.empty,
            shape=shape_of(hints[each.name], each.name),
            reader=reader_of(hints[each.name]),
            long=hints[each.name] in (str, Job, Job | None),
            switch=hints[each.name] is bool,
        )
        for each in found
    )


def _usage(parameter: Parameter) -> str:
    value = "" if parameter.switch else f" {parameter.shape}"
    shown = f"--{parameter.name}{value}" if parameter.flag else parameter.shape
    return shown if parameter.required else f"[{shown}]"


def _share(parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, str]:
    """Which words are whose: each gets one, the first long one (or else the last) all that are left over."""
    if not parameters:
        return {}
    wide = next((at for at, each in enumerate(parameters) if each.long), len(parameters) - 1)
    behind = len(parameters) - 1 - wide
    end = max(min(wide, len(words)), len(words) - behind)
    parts = [[word] for word in words[:wide]] + [list(words[wide:end])] + [[word] for word in words[end:]]
    return {each.name: " ".join(part) for each, part in zip(parameters, parts, strict=False)}


def _part(command: Command, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    known = {f"--{each.name}": each for each in command.parameters if each.flag}
    plain: list[str] = []
    flags: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, _, value = word.replace("—", "--").partition("=")  # Teams on a phone turns -- into a dash
        if not name.startswith("--"):
            plain.append(word)
        elif (flag := known.get(name)) is None:
            raise Refusal(f"`{command.name}` has no {name}. Write `{command.help.usage}`.")
        else:
            flags[flag.name] = _value(flag, value, rest, command)
    return plain, flags


def _value(flag: Parameter, value: str, rest: list[str], command: Command) -> str:
    """The value of a flag, taken from the words behind it."""
    if flag.switch:
        return "yes"
    taken = [value] if value else []
    while rest and not rest[0].replace("—", "--").startswith("--") and (flag.long or not taken):
        taken.append(rest.pop(0))
    if not taken:
        raise Refusal(f"--{flag.name} needs a value. Write `{command.help.usage}`.")
    return " ".join(taken)
