"""Routes as people read them: what each is about, where it leads, and why somebody heard of an incident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.model import PERSON, Conversation, ConversationKind, Job, Value
from bot.model.routes import MAIL, WEBHOOK, Matchers, Route, RouteSource
from bot.places import channel_name
from bot.replay import Made
from bot.route_remarks import KINDS, remarks
from bot.routing import Because, Book, Hearing, places
from cards.words import either

SETTINGS = "S"
"""What the number of a route of the settings begins with."""

SHOWN = 4
"""Values of one kind that are spelt out."""


class RouteShown(Value, frozen=True, kw_only=True):
    """A route in words. `label` is what `unwatch` takes; `closed` is why nothing arrives, `remarks` what else is odd.

    `by` is how it came to be; `past` is what it would have made of the last days, where that was asked for.
    """

    label: str
    where: str
    what: str
    by: str
    closed: str = ""
    remarks: tuple[str, ...] = ()
    past: Made | None = None

    @property
    def of_settings(self) -> bool:
        """Whether it stands in the file of ROUTES, where alone it is ended."""
        return self.label.startswith(SETTINGS)


def shown(
    route: Route,
    book: Book,
    names: Mapping[str, str],
    past: Made | None = None,
    refusals: Mapping[str, str] | None = None,
) -> RouteShown:
    """`names` are people's, by object id; `refusals` say, by conversation, why what was last sent there was given up."""
    place = places(book)(route.to)
    shut = closed(place)
    why = "" if shut else (refusals or {}).get(place.id if place is not None else route.to, "")
    # One thing that was refused closes nothing: what comes next may well arrive.
    refused = [f"what was last sent there was given up: {why.rstrip('.')}"] if why else []
    return RouteShown(
        label=label(route),
        where=where(route.to, place, names),
        what=about(route.matchers, book.jobs, names) + _mentions(route, names),
        by=_by(route),
        closed=shut,
        remarks=(*refused, *remarks(route.matchers, book, names), *_unmet(route, names)),
        past=past,
    )


def label(route: Route) -> str:
    """What the route is called in chat."""
    return f"{SETTINGS}{route.number}" if route.source is RouteSource.SETTINGS else str(route.number)


def about(wanted: Matchers, jobs: Mapping[str, Job], names: Mapping[str, str]) -> str:
    """Which incidents are meant."""
    named = [jobs[each].name if each in jobs else each for each in wanted.jobs]
    parts = [
        f"{wanted.severity} or worse" if wanted.severity and wanted.severity != "critical" else wanted.severity or "",
        _some("job", named),
        f"jobs of the kind {either([KINDS[each] for each in wanted.kinds])}" if wanted.kinds else "",
        _some("rule", wanted.rules),
        f"applications that {either([names.get(each, each) for each in wanted.owners])} owns" if wanted.owners else "",
        f"rules for {either(wanted.personas)}" if wanted.personas else "",
    ]
    return "; ".join(part for part in parts if part) or "every incident"


def where(to: str, place: Conversation | None, names: Mapping[str, str]) -> str:
    """The receiver's name."""
    if to.startswith(MAIL):
        return f"mail to {to.removeprefix(MAIL)}"
    if to.startswith(WEBHOOK):
        return f"webhook {to.removeprefix(WEBHOOK)}"
    if to.startswith(PERSON):
        return _chat(to.removeprefix(PERSON), place, names)
    if place is None:
        return f"conversation {to}"
    if place.kind is ConversationKind.PERSONAL:
        return _chat(place.user_id, place, names)
    if place.kind is ConversationKind.GROUP:
        return f"group chat {place.name}".rstrip()
    return f"{channel_name(place)}{f' in {place.team_name}' if place.team_name else ''}"


def _chat(who: str, place: Conversation | None, names: Mapping[str, str]) -> str:
    """By the object id where there is no name: of two people who are not known it has to be told which is meant."""
    name = names.get(who) or (place.name if place is not None else "")
    return f"{name}'s chat" if name else f"the chat of {who or 'somebody'}"


def closed(place: Conversation | None) -> str:
    """Why nothing arrives there; "" where it does."""
    if place is None:
        return "the app is not installed there"
    return "" if place.active else place.closed or "the bot may not speak there"


def why(heard: Hearing, jobs: Mapping[str, Job], names: Mapping[str, str]) -> str:
    """Why somebody hears of an incident, for `who-was-told`."""
    if heard.because is not Because.ROUTE:
        return heard.because.value
    return led(heard.routes, jobs, names)


def led(routes: Sequence[Route], jobs: Mapping[str, Job], names: Mapping[str, str]) -> str:
    """By which routes somebody hears of it."""
    first, more = routes[0], len(routes) - 1
    also = f", and {more} more of theirs" if more else ""
    return f"route {label(first)} ({about(first.matchers, jobs, names)}){also}"


def _by(route: Route) -> str:
    if route.source is RouteSource.SETTINGS:
        return "by the settings"
    return f"by {route.made_by.name or route.made_by.id}" if route.made_by else "made when Syncwatch was added there"


def _mentions(route: Route, names: Mapping[str, str]) -> str:
    mentioned = [names.get(each, each) for each in route.mention]
    return f"; mentions {', '.join(mentioned[:SHOWN])}{' and others' * (len(mentioned) > SHOWN)}" if mentioned else ""


def _unmet(route: Route, names: Mapping[str, str]) -> Iterator[str]:
    # Teams refuses a card that mentions somebody whom it does not know; who has spoken to the bot is known there.
    if unknown := [each for each in route.mention if each not in names]:
        yield f"{', '.join(unknown[:SHOWN])} never said anything to me, so I mention them only after that"


def _some(noun: str, values: Sequence[str]) -> str:
    return f"{noun}{'s' if len(values) > 1 else ''} {either(values)}" if values else ""
