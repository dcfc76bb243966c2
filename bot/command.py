"""A command is a function: its signature is its grammar, its docstring its help, its decorator says who may."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

from bot import registry
from bot.context import Context
from bot.model import CommandHelp, Role, Value
from bot.ports import Card, Refusal
from bot.words import Reader, reader_of, shape_of

Act = Callable[..., Awaitable[Card]]
Question = Callable[..., tuple[str, Sequence[str]]]
"""From a command's arguments to the title and the sentences of its confirmation card; raises Refusal."""


class Parameter(Value, frozen=True, kw_only=True):
    """One argument: a positional one takes words, a flag stands behind --name."""

    name: str
    flag: bool
    required: bool
    shape: str
    reader: Reader


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
        arguments: dict[str, Any] = {}
        for each in self.parameters:
            given = flags.get(each.name) if each.flag else " ".join(plain)
            if given:
                arguments[each.name] = await each.reader(ctx, given)
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
            name=each.name,
            flag=each.kind is inspect.Parameter.KEYWORD_ONLY,
            required=each.default is inspect.Parameter.empty,
            shape=shape_of(hints[each.name], each.name),
            reader=reader_of(hints[each.name]),
        )
        for each in found
    )


def _usage(parameter: Parameter) -> str:
    shown = f"--{parameter.name} {parameter.shape}" if parameter.flag else parameter.shape
    return shown if parameter.required else f"[{shown}]"


def _part(command: Command, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    known = {f"--{each.name}" for each in command.parameters if each.flag}
    plain: list[str] = []
    flags: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, _, value = word.replace("—", "--").partition("=")  # Teams on a phone turns -- into a dash
        if not name.startswith("--"):
            plain.append(word)
        elif name not in known:
            raise Refusal(f"`{command.name}` has no {name}. Write `{command.help.usage}`.")
        elif not (value := value or next(rest, "")):
            raise Refusal(f"{name} needs a value. Write `{command.help.usage}`.")
        else:
            flags[name.removeprefix("--")] = value
    return plain, flags
