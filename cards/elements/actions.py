"""What a person can press or fill in: a button is a command, an input one of its flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cards.elements.base import Action, Element, present
from cards.plain import SHORT, clean, is_page

ButtonStyle = Literal["default", "positive", "destructive"]

MOST_BUTTONS = 6
"""What Teams shows; secondary buttons stand behind its dots and do not count."""


def choice(flag: str, label: str, options: Sequence[tuple[str, str]]) -> Element:
    """One of a few values, given as title and value; the first is picked already."""
    made = [{"title": clean(title, SHORT), "value": clean(value, SHORT)} for title, value in options]
    value = made[0]["value"]
    return {"type": "Input.ChoiceSet", "id": flag, "label": clean(label, SHORT), "choices": made, "value": value}


def line(flag: str, label: str) -> Element:
    """A line of text that has to be filled in."""
    told = {"isRequired": True, "errorMessage": "This is needed.", "maxLength": 200}
    return {"type": "Input.Text", "id": flag, "label": clean(label, SHORT), **told}


def button(
    title: str, verb: str, words: str = "", *, style: ButtonStyle = "default", secondary: bool = False
) -> Action:
    """A button is a command: its verb is the command's name, its data the command's words."""
    data = {"words": clean(words)}
    action: Action = {"type": "Action.Execute", "title": clean(title, 40), "verb": clean(verb, SHORT), "data": data}
    if style != "default":
        action["style"] = style
    if secondary:
        action["mode"] = "secondary"
    return action


def link(title: str, url: str) -> Action | None:
    """A button that opens a page; None where the address is not a whole https one."""
    return {"type": "Action.OpenUrl", "title": clean(title, 40), "url": url} if is_page(url) else None


def buttons(*actions: Action | None) -> Element | None:
    """A row of buttons, if there are any; more than Teams shows is a mistake in the card."""
    shown = present(actions)
    if sum(action.get("mode") != "secondary" for action in shown) > MOST_BUTTONS:
        raise ValueError(f"a card shows {MOST_BUTTONS} buttons at most; make some of them secondary")
    return {"type": "ActionSet", "actions": shown} if shown else None
