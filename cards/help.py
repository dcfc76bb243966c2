"""What people can type, from the commands' own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.model import CommandHelp, Role
from bot.ports import Card
from cards.elements import Action, Element, button, buttons, card, container, heading, run, text
from cards.elements.base import present
from cards.spoken import spoken

MOST_PRESSABLE = 5


def help(commands: Sequence[CommandHelp], topic: str = "") -> Card:  # noqa: A001
    """All commands, or the one named `topic` with those that go on from its name."""
    shown = [each for each in commands if not each.hidden]
    one = [each for each in commands if topic and belongs(each, topic.strip().lower())]
    title = f"Help: {one[0].name.replace('-', ' ')}" if one else "What you can type"
    return card(
        [
            heading(title),
            *([part for each in one for part in _whole(each)] or [container(_line(each) for each in shown)]),
            text(_note(one or shown, whole=bool(one)), subtle=True, spacing="Medium"),
            buttons(*_pressable(one or shown)),
        ],
        fallback=f"{title}: {one[0].text if one else ', '.join(each.name for each in shown)}",
    )


def belongs(each: CommandHelp, name: str) -> bool:
    """Whether it is the command of this name, or goes on from it, as undelivered retry does."""
    return each.name == name or each.name.startswith(f"{name}-")


def _line(each: CommandHelp) -> Element:
    return _said(each, each.brief or each.usage)


def _whole(each: CommandHelp) -> Iterator[Element]:
    """Everything about one command: a line on each flag, and on each word that it takes."""
    yield _said(each, each.usage)
    for lines in (each.flags, each.choices):
        if lines:
            yield container((_explained(word, meaning) for word, meaning in lines), spacing="Medium")


def _said(each: CommandHelp, usage: str) -> Element:
    who = run(" operators only", subtle=True) if each.role is Role.OPERATOR else None
    return container([text(*present([run(usage, bold=True), who])), spoken(each.text, spacing="None")], spacing="Small")


def _explained(word: str, meaning: str) -> Element:
    return text(*([run(f"{word} ", bold=True)] if word else []), meaning, spacing="Small")


def _note(shown: Sequence[CommandHelp], *, whole: bool) -> str:
    optional = any("[" in each.usage for each in shown)
    said = "In <brackets>: yours to fill in." + (" In [brackets]: as you like." if optional else "")
    more = "" if whole else " Write help and a command, like help watch, for all that it takes."
    return f"{said}{more} In a channel, mention me first. A few words of a job's name are enough."


def _pressable(shown: Sequence[CommandHelp]) -> Iterator[Action]:
    """The commands that need no words."""
    needless = [each for each in shown if "<" not in re.sub(r"\[.*?\]", "", each.usage)]
    whole = [each for each in needless if each.name != "help" and each.role is not Role.OPERATOR]
    for each in whole[:MOST_PRESSABLE]:
        yield button(each.name.capitalize(), each.name)


COMMANDS = (
    CommandHelp(name="help", usage="help [<command>]", text="Show what you can type.", role=Role.READER),
    CommandHelp(name="jobs", usage="jobs", text="List every provisioning job with its status.", role=Role.READER),
    CommandHelp(name="status", usage="status <job>", text="Show one job: state, cycles, failures.", role=Role.READER),
    CommandHelp(
        name="errors",
        usage="errors [<job>] [--since 24h]",
        text="Show what fails, grouped by cause, with what to do.",
        role=Role.READER,
    ),
    CommandHelp(name="ack", usage="ack <incident>", text="Take an incident into your hands.", role=Role.OPERATOR),
    CommandHelp(
        name="restart",
        usage="restart <job> [--scope <scope,…>]",
        text="Start a job's cycle anew; the scope says what is forgotten.",
        role=Role.OPERATOR,
    ),
    CommandHelp(name="watch", usage="watch [<where>]", text="Tell this channel of every incident.", role=Role.READER),
    CommandHelp(name="unwatch", usage="unwatch [<where>]", text="Stop telling this channel.", role=Role.READER),
)
"""Commands for the example; the real ones come from bot/commands."""


def example() -> Card:
    return help(COMMANDS)
