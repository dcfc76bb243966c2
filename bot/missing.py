"""What data is not there while sources fail: rules that rest on it are not asked, so that nothing resolves by a fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.detect import Needs
from bot.model import SourceState

_NEEDS: Mapping[str, Needs] = {
    "graph": Needs.LOG,
    "log_analytics": Needs.LOG,
    "jobs": Needs.STATE,
    "audits": Needs.AUDIT,
    "directory": Needs.DIRECTORY,
    "dirsync": Needs.DIRSYNC,
}


def missing(states: Iterable[SourceState], *, heard_of_all: bool) -> set[Needs]:
    """Data whose sources all fail; what is known of the bot itself is whole when it has heard of every source."""
    failing: dict[Needs, list[bool]] = {}
    for state in states:
        if (needs := _NEEDS.get(state.name)) is not None:
            failing.setdefault(needs, []).append(state.failing_since is not None)
    gone = {needs for needs, each in failing.items() if all(each)}
    return gone if heard_of_all else gone | {Needs.NOTHING}
