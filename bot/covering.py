"""Whether a route adds anything where other routes lead already."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.model import Severity
from bot.model.routes import Matchers, Route

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def covering(route: Route, others: Iterable[Route]) -> Route | None:
    """One of these routes, which lead to the same place, that lets everything through that this one does."""
    return next((each for each in others if covers(each.matchers, route.matchers)), None)


def covers(wide: Matchers, narrow: Matchers) -> bool:
    """Whether all that the narrow ones let through passes the wide ones too; what patterns make of names is not looked at."""
    return (
        (wide.severity is None or (narrow.severity is not None and _RANKS[narrow.severity] <= _RANKS[wide.severity]))
        and _within(narrow.jobs, wide.jobs)
        and _within(narrow.kinds, wide.kinds)
        and _within(narrow.rules, wide.rules)
        and _within(narrow.owners, wide.owners)
        and _within(narrow.personas, wide.personas)
    )


def _within(some: Collection[str], all_of: Collection[str]) -> bool:
    # Where nothing is named, nothing is left out.
    return not all_of or (bool(some) and set(some) <= set(all_of))
