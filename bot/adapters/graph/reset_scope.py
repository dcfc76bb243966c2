"""Which restart scopes go together, and the one text that Graph's `resetScope` takes for them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import RestartScope
from bot.ports import Refusal

# ConnectorDataStore has no scope of its own: it breaks the links between source and target objects and is for
# Microsoft support only. Full includes it, and is offered because Microsoft's guides use it.
_FLAGS = {
    RestartScope.WATERMARK: "Watermark",
    RestartScope.ESCROWS: "Escrows",
    RestartScope.QUARANTINE: "QuarantineState",
}
_ALONE = {
    RestartScope.PORTAL: ("Watermark, Escrows, QuarantineState", "portal is already all of watermark, escrows and quarantine"),
    RestartScope.FULL: ("Full", "full already forgets everything"),
    RestartScope.FORCE_DELETES: ("ForceDeletes", "force-deletes lets the staged deletes through and nothing else"),
}  # fmt: skip


def reset_scope(scopes: Sequence[RestartScope]) -> str | None:
    """The text for `resetScope`; None for no scope at all, which leaves the choice to Graph (as its portal does).

    Naming a scope twice is harmless. Raises Refusal for scopes that do not go together.
    """
    wanted = set(scopes)
    if not wanted:
        return None
    for scope, (text, reason) in _ALONE.items():
        if scope in wanted:
            if wanted != {scope}:
                others = " and ".join(sorted(other.value for other in wanted - {scope}))
                raise Refusal(f"The scope {scope.value} stands alone: {reason}. Leave {others} out, or restart twice.")
            return text
    return ", ".join(flag for scope, flag in _FLAGS.items() if scope in wanted)
