"""The stories a tenant can live through: which beat comes how many seconds after the start."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.beats import BEATS

if TYPE_CHECKING:
    from sandbox.tenant import Tenant

Step = tuple[float, str, dict[str, Any]]

_FLAKY = ("ServiceNest", "ServiceNestInternalServerError")
_FIRST_MINUTE: tuple[Step, ...] = (
    (-4_800, "fail", {"job": _FLAKY[0], "code": _FLAKY[1], "count": 6}),
    (2, "retry", {"job": _FLAKY[0]}),
    (5, "proxy_conflict", {"count": 3}),
    (12, "credential_expires", {"job": "Workday"}),
    (18, "fail", {"job": "Boxwood Files", "code": "LicenseLimitExceeded", "count": 40}),
    (27, "recover", {"job": _FLAKY[0]}),
)
_AFTERWARDS: tuple[Step, ...] = (
    (600, "recover", {"job": "AD2AADProvisioning"}),
    (1_500, "recover", {"job": "Boxwood Files"}),
)
STORIES: dict[str, tuple[Step, ...]] = {
    "quiet": (),
    "default": (*_FIRST_MINUTE, *_AFTERWARDS),
    "storm": (*_FIRST_MINUTE, (40, "outage", {}), (40, "storm", {})),
}


def tell(tenant: Tenant, name: str) -> None:
    """Plan the beats of a story. Raises KeyError for one that does not exist."""
    for seconds, beat, args in STORIES[name]:
        tenant.timeline.at(tenant.started + tenant.span(seconds=seconds), partial(_play, tenant, beat, args))


def _play(tenant: Tenant, beat: str, args: dict[str, Any], at: Any) -> None:
    BEATS[beat](tenant, at, **args)
