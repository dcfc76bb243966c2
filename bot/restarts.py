"""Which scopes of a restart go together, what each means to people, and the text that Graph wants for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model import RestartScope
from bot.ports import Refusal

ALONE = (RestartScope.PORTAL, RestartScope.FULL, RestartScope.FORCE_DELETES)

MEANING: Mapping[RestartScope, str] = {
    RestartScope.PORTAL: (
        "Like the portal's button: quarantine is lifted, old failures are forgotten, and an initial cycle "
        "judges every object again, which can take hours. Links between accounts are kept."
    ),
    RestartScope.QUARANTINE: "Lifts the quarantine for now and keeps everything else.",
    RestartScope.ESCROWS: "Empties the list of retries: what failed before is not tried again by itself.",
    RestartScope.WATERMARK: "Begins an initial cycle: every object is judged again, which can take hours.",
    RestartScope.FULL: (
        "Forgets everything, also which accounts belong together: everybody is matched again and events can be lost. "
        "Do this only with Microsoft's support."
    ),
    RestartScope.FORCE_DELETES: "Lets the deletions that are held back happen in the next cycle. They are real.",
}

IN_SHORT: Mapping[str, str] = {
    RestartScope.PORTAL: "like the portal's button: watermark, escrows and quarantine together; the usual one",
    RestartScope.QUARANTINE: "lifts the quarantine for now and keeps everything else",
    RestartScope.ESCROWS: "empties the list of retries",
    RestartScope.WATERMARK: "an initial cycle: every object is judged again",
    RestartScope.FULL: "forgets everything, also which accounts belong together; only with Microsoft's support",
    RestartScope.FORCE_DELETES: "lets the deletions that are held back happen",
}
"""A line on each for help; the question before a restart says more."""

TOGETHER = f"Several go together, with commas between them; {', '.join(ALONE)} stand alone."

# Graph's flags in the order of its own example; one string, comma and blank between the names.
_FLAGS: Mapping[RestartScope, str] = {
    RestartScope.WATERMARK: "Watermark",
    RestartScope.ESCROWS: "Escrows",
    RestartScope.QUARANTINE: "QuarantineState",
    RestartScope.FULL: "Full",
    RestartScope.FORCE_DELETES: "ForceDeletes",
}
_PORTAL = (RestartScope.WATERMARK, RestartScope.ESCROWS, RestartScope.QUARANTINE)


def reset_scope(scopes: Sequence[RestartScope]) -> str:
    """The `resetScope` of a restart's body. Raises Refusal for none, or for scopes that do not go together.

    Source: Graph's synchronizationJob: restart, and synchronizationJobRestartCriteria. The portal's restart is sent as
    its three names, because the metadata knows no empty value.
    """
    wanted = set(scopes)
    if not wanted:
        raise Refusal(f"A restart needs a scope; there are {', '.join(RestartScope)}.")
    if len(wanted) > 1 and (alone := [each for each in ALONE if each in wanted]):
        raise Refusal(f"The scope {alone[0]} cannot be combined with others: {_WHY[alone[0]]}")
    chosen = _PORTAL if RestartScope.PORTAL in wanted else wanted
    return ", ".join(name for scope, name in _FLAGS.items() if scope in chosen)


_WHY: Mapping[RestartScope, str] = {
    RestartScope.PORTAL: "it stands for watermark, escrows and quarantine together.",
    RestartScope.FULL: "it holds all the others already.",
    RestartScope.FORCE_DELETES: "Microsoft wants it sent alone, so that nothing else changes while deletions go through.",
}
