"""A command is a function: its signature is its grammar, its docstring its help, its decorator says who may."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any

from bot import registry
from bot.context import Context
from bot.flags import part, unquoted
from bot.model import CommandHelp, Role, Value
from bot.parameters import Parameter, parameters_of, shared
from bot.ports import Card, Refusal, Unclear
from bot.words import listed
from bot.written import written
from cards.words import either

Act = Callable[..., Awaitable[Card]]
Also = Callable[[Context, Sequence[str]], Awaitable[bool]]
"""Whether somebody may all the same who has not the role, given the words behind the command; never raises Refusal."""

Question = Callable[..., tuple[str, Sequence[str]]]
"""From a command's arguments to the title and the sentences of its confirmation card; raises Refusal."""

LONG = 80
"""Letters of a usage that a list of commands has room for; of a longer one the list names the flags alone."""


class Command(Value, frozen=True, kw_only=True):
    """A command as it was declared.

    `in_place`: pressed as a button, its card takes the place of the pressed card; `for_all`: for everybody at once.
    `reads`: it changes nothing, so that nobody needs to know later who ran it. `choices` are words that it takes, and
    what each means. `also` lets some in who have not the role.
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
    also: Also | None = None

    @property
    def typed(self) -> str:
        """Its name as people write it: undelivered retry."""
        return self.name.replace("-", " ")

    @property
    def deed(self) -> str:
        """What it does, in a word, as the button that confirms it says: retry."""
        return self.typed.rpartition(" ")[2]

    @property
    def usage(self) -> str:
        return " ".join((self.typed, *(each.usage for each in self.parameters)))

    @property
    def help(self) -> CommandHelp:
        usage, brief = self.usage, " ".join((self.typed, *(each.brief for each in self.parameters)))
        return CommandHelp(
            name=self.name,
            usage=usage,
            text=self.text,
            role=self.role,
            hidden=self.hidden,
            choices=self.choices,
            brief=brief if len(usage) > LONG else usage,
            flags=tuple(each.explained for each in self.parameters if each.text),
        )

    async def lets(self, ctx: Context, words: Sequence[str]) -> bool:
        """Whether the person who asks may do this."""
        return ctx.role.allows(self.role) or (self.also is not None and await self.also(ctx, words))

    async def understand(self, ctx: Context, words: Sequence[str]) -> dict[str, Any]:
        """The arguments that the words stand for. Raises Refusal."""
        usage = self.usage
        plain, flags = part(words, {each.name: each for each in self.parameters if each.flag}, usage, self.typed)
        given_to = shared([each for each in self.parameters if not each.flag], plain) | flags
        arguments: dict[str, Any] = {}
        for each in self.parameters:
            if given := unquoted(given_to.get(each.name, "")):
                arguments[each.argument] = await self._read(ctx, each, given, given_to)
            elif each.required:
                needed = either(each.shape.split("|"), most=9)
                raise Refusal(f"`{self.typed}` needs {needed}. Write `{usage}`.", listed(each.shape))
        if plain and all(each.flag for each in self.parameters):
            raise Refusal(f"`{self.typed}` takes no further words. Write `{usage}`.", (self.typed,))
        return arguments

    async def _read(self, ctx: Context, each: Parameter, given: str, all_given: Mapping[str, str]) -> Any:
        """One argument. What is unclear is asked back as this very line, with each of what may be meant in its place."""
        try:
            return await each.reader(ctx, given)
        except Unclear as error:
            lines = [f"{self.typed} {self.words({**all_given, each.name: one})}" for one in error.instead]
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
    also: Also | None = None,
) -> Callable[[Act], Act]:
    """Declare a command. One with a `question` is asked back before it acts; one for readers changes nothing of weight."""

    def declare(act: Act) -> Act:
        name = getattr(act, "__name__", "").rstrip("_").replace("_", "-")
        _commands[name] = Command(
            name=name,
            text=inspect.cleandoc(act.__doc__ or "").split("\n")[0],
            role=role,
            parameters=parameters_of(act),
            act=act,
            question=question,
            in_place=in_place,
            for_all=for_all,
            hidden=hidden,
            reads=reads or role is not Role.OPERATOR,
            choices=tuple((str(word), meaning) for word, meaning in (choices or {}).items()),
            also=also,
        )
        return act

    return declare


@cache
def commands() -> Mapping[str, Command]:
    """Every command of bot/commands, by name."""
    from bot import commands as folder

    registry.load(folder)
    return dict(sorted(_commands.items()))
