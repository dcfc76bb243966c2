"""Whether a conversation hears of incidents: the answers to watch and unwatch."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Conversation
from bot.ports import Card
from bot.replay import Made
from bot.route_words import RouteShown
from cards import sample, words
from cards.elements import Element, button, buttons, card, heading, run, text
from cards.routes import made

SHOWN = 6
LEFT_OUT = "Quiet hours, storms and escalation, which hold back or add some, are not counted in."
STANDING = "Cards that stand are kept up to date until their incidents are over."


def watching(
    conversation: Conversation, route: RouteShown, *, new: bool = True, wider: RouteShown | None = None
) -> Card:
    """Say what the conversation hears from now on, and offer the way back; beside a `wider` route that is what it did before."""
    said = f"{_hears(conversation)} of {_what(route)} from now on."
    if not new:
        said = f"{_hears(conversation)} of {_what(route)} already: that is route {route.label}."
    if wider is not None:
        said = f"{_beside(wider)} route {route.label} ({route.what}) changes nothing."
        said += "" if wider.of_settings else f" To hear of that alone, end route {wider.label}."
    end = button(f"End route {wider.label}", "unwatch", wider.label) if wider and not wider.of_settings else None
    stop = "Stop watching" if wider is None else f"End route {route.label}"
    return card(
        [
            heading("Watching"),
            text(said),
            *_remarks(route),
            buttons(button(stop, "unwatch", route.label), end, button("Routes", "routes"), button("Jobs", "jobs")),
        ],
        fallback=f"Watching. {said}",
    )


def unwatched(
    conversation: Conversation, gone: Sequence[RouteShown], left: Sequence[RouteShown], where: str = ""
) -> Card:
    """Say what the conversation hears no more, and what it still does; `where` is how it was named, if it was."""
    ended = "; ".join(each.what for each in gone[:SHOWN])
    if not left:
        title, said = "Not watching", f"{_hears(conversation)} of no new incidents."
        again = button("Watch again", "watch", where)
    else:
        title, again = "Watching less", None
        said = f"{_hears(conversation)} no more of this: {ended}. {_still(left)}"
    return card(
        [
            heading(title),
            text(said),
            text(STANDING, subtle=True) if gone else None,
            buttons(again, button("Routes", "routes"), button("Jobs", "jobs")),
        ],
        fallback=f"{title}. {said}",
    )


def ended_elsewhere(gone: Sequence[RouteShown]) -> Card:
    """Say which routes are ended, not all of which led here."""
    said = [f"Route {each.label} is ended: {each.where} heard of {_what(each)}." for each in gone[:SHOWN]]
    more = len(gone) - SHOWN
    said += [f"{words.count(more, 'more route')} {'is' if more == 1 else 'are'} ended."] if more > 0 else []
    return card(
        [
            heading("Route ended" if len(gone) == 1 else "Routes ended"),
            *map(text, said),
            text(STANDING, subtle=True),
            buttons(button("Routes", "routes")),
        ],
        fallback=" ".join(said),
    )


def tried(conversation: Conversation, route: RouteShown, past: Made, *, wider: RouteShown | None = None) -> Card:
    """What a route would have sent here in the last days, had it been there, and no `wider` one beside it."""
    said = f"In the last 7 days {words.place(conversation).lower()} would have had {made(past)}."
    if wider is not None:
        said = f"{_beside(wider)} this one would change nothing. By itself it would have made {made(past)} in 7 days."
    return card(
        [
            heading("Dry run"),
            text(said),
            text(f"The route: {route.what}. It was not made. {LEFT_OUT}", subtle=True),
            *_remarks(route),
            buttons(button("Routes", "routes")),
        ],
        fallback=f"Dry run. {said}",
    )


def _hears(conversation: Conversation) -> str:
    place = words.place(conversation)
    return f"{place} hear{'' if place == 'You' else 's'}"


def _beside(wider: RouteShown) -> str:
    return f"Route {wider.label} ({wider.what}) leads here already; beside it"


def _what(route: RouteShown) -> str:
    return route.what if route.what.startswith("every ") else f"incidents that match this: {route.what}"


def _still(left: Sequence[RouteShown]) -> str:
    return f"{words.count(len(left), 'route')} still lead{'s' if len(left) == 1 else ''} here."


def _remarks(route: RouteShown) -> list[Element]:
    return [text(run(f"{one[:1].upper()}{one[1:]}.", bold=True)) for one in route.remarks]


EVERYTHING = RouteShown(label="1", where="General in Identity", what="every incident", by="by Ada Admin")


def example() -> Card:
    return watching(sample.CHANNEL, EVERYTHING)
