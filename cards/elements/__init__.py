"""The only Adaptive Card JSON: small functions, one for each kind of element; every text they take is shown as it is."""

from cards.elements.actions import MOST_BUTTONS, ButtonStyle, button, buttons, choice, line, link
from cards.elements.base import ROWS, Action, Element, Run
from cards.elements.drawn import BadgeStyle, badge, chart
from cards.elements.layout import columns, container, table
from cards.elements.mentions import Somebody, mentions
from cards.elements.texts import cell, facts, heading, run, text
from cards.elements.whole import LARGEST, card, fit, in_a_line, noted, size

__all__ = [
    "LARGEST",
    "MOST_BUTTONS",
    "ROWS",
    "Action",
    "BadgeStyle",
    "ButtonStyle",
    "Element",
    "Run",
    "Somebody",
    "badge",
    "button",
    "buttons",
    "card",
    "cell",
    "chart",
    "choice",
    "columns",
    "container",
    "facts",
    "fit",
    "heading",
    "in_a_line",
    "line",
    "link",
    "mentions",
    "noted",
    "run",
    "size",
    "table",
    "text",
]
