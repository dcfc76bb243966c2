"""Who hears of what: every route, where it leads, and whether anything arrives there."""

from __future__ import annotations

from bot.model import Value
from bot.ports import Card
from bot.replay import Made
from bot.route_words import RouteShown
from cards import words
from cards.elements import Element, button, buttons, card, cell, heading, run, table, text


class RoutesPage(Value, frozen=True, kw_only=True):
    """Some of all routes. `fallback` are the receivers of what no route matches; `counted` says that the past was, `asked`
    is the page that was wanted. `outdated`: the file of ROUTES cannot be used as it is now, because of its `mistakes`.
    """

    shown: tuple[RouteShown, ...]
    every: int
    page: int = 1
    pages: int = 1
    fallback: tuple[str, ...] = ()
    counted: bool = False
    asked: int = 1
    outdated: bool = False
    mistakes: tuple[str, ...] = ()


def routes(found: RoutesPage) -> Card:
    """All routes, a page at a time."""
    said = _summary(found)
    body = [heading("Who hears of what"), text(said, subtle=True), _otherwise(found), *_outdated(found)]
    said = f"{said} {OUTDATED}" if found.outdated else said
    if not found.shown:
        return card([*body, buttons(button("Watch here", "watch"))], fallback=said)
    return card(
        [
            *body,
            table((2, 5, 9), [_HEADER, *map(_row, found.shown)]),
            buttons(
                button("More", "routes", _words(found, found.page + 1)) if found.page < found.pages else None,
                None
                if found.counted
                else button("Count the last 7 days", "routes", _words(found, found.page, "--dry-run")),
            ),
        ],
        fallback=said,
    )


OUTDATED = "The file of ROUTES has mistakes: what was arranged before stays in force until it is mended."
MISTAKES = 4
"""How many of its mistakes are shown; the log and `doctor` have all of them."""

_HEADER = [[cell(name, bold=True)] for name in ("No.", "Who", "Hears of")]


def _words(found: RoutesPage, page: int, more: str = "") -> str:
    counted = "--dry-run" if found.counted else more
    return " ".join(part for part in (f"--page {page}" if page > 1 else "", counted) if part)


def _summary(found: RoutesPage) -> str:
    if not found.every:
        return "There is no route: nobody is told of incidents. Write watch where they shall be shown."
    shut = sum(bool(each.closed) for each in found.shown)
    where = f", page {found.page} of {found.pages}" if found.pages > 1 else ""
    odd = f" {words.count(shut, 'of them leads', 'of them lead')} nowhere now." if shut else ""
    return f"{words.beyond(found.asked, found.pages)}{words.count(found.every, 'route')}{where}.{odd}"


def _otherwise(found: RoutesPage) -> Element | None:
    if not found.every and not found.fallback:
        return None
    who = ", ".join(found.fallback) or "everybody who has a route"
    return text(run("What no route matches goes to ", subtle=True), run(f"{who}.", subtle=True), spacing="Small")


def _outdated(found: RoutesPage) -> list[Element]:
    if not found.outdated:
        return []
    more = len(found.mistakes) - MISTAKES
    said = [*found.mistakes[:MISTAKES], *([f"… and {words.count(more, 'more mistake')}."] if more > 0 else [])]
    return [text(run(OUTDATED, bold=True)), *(text(each, subtle=True, spacing="None") for each in said)]


def _row(each: RouteShown) -> list[list[Element]]:
    what = [text(_capital(each.what))]
    if each.closed:
        what.append(text(run(f"Nothing arrives: {each.closed.rstrip('.')}.", bold=True), spacing="None"))
    what += [text(run(f"{_capital(one)}.", bold=True), spacing="None") for one in each.remarks]
    if each.past is not None:
        none = "; notes are not sent there" if each.past.notes is None else ""
        what.append(text(f"{made(each.past)} in the last 7 days{none}", spacing="None"))
    what.append(text(_capital(each.by), subtle=True, spacing="None"))
    return [[cell(each.label)], [text(each.where)], what]


def made(past: Made) -> str:
    """What a route would have sent, in words."""
    cards = words.count(past.cards, "card")
    said = cards if past.notes is None else f"{cards} and {words.count(past.notes, 'note')}"
    more = f", not counting {words.count(past.unknown, 'incident')} from before I kept this" if past.unknown else ""
    return f"{said}{more}"


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def example() -> Card:
    shown = (
        RouteShown(
            label="1",
            where="General in Identity",
            what="every incident",
            by="made when Syncwatch was added there",
            past=Made(cards=12, notes=31),
        ),
        RouteShown(
            label="4",
            where="Bob Reader's chat",
            what="high or worse; applications that Bob Reader owns",
            by="by Bob Reader",
            remarks=("the owners of 2 of its 12 jobs are not known, so everything about them is shown",),
        ),
        RouteShown(
            label="7",
            where="HR systems in Contoso",
            what="job Workday to Entra ID",
            by="by Carol Chief",
            closed="the team was archived; it is heard of again when it comes back",
        ),
        RouteShown(label="S1", where="webhook desk", what="critical; jobs of the kind HR", by="by the settings"),
        RouteShown(
            label="S2",
            where="mail to iam@contoso.com",
            what="job Salesforce*",
            by="by the settings",
            remarks=("matches no job now: none is called Salesforce*",),
        ),
    )
    wrong = ("[[routes]] 2 (line 8): there is no 'sevrity'. Did you mean severity?",)
    return routes(
        RoutesPage(shown=shown, every=5, fallback=("mail to iam@contoso.com",), outdated=True, mistakes=wrong)
    )
