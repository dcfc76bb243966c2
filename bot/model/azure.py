"""Azure Monitor's words: an alert that one of the tenant's own alert rules has raised."""

from __future__ import annotations

from datetime import datetime

from bot.model.base import Value


class AzureAlert(Value, frozen=True, kw_only=True):
    """One alert instance, as deliveries of it have told so far; texts are Azure Monitor's, cut to a bounded length.

    `series` tells apart what one rule watches (targets, dimensions): instances follow one another in it, by `began`.
    `fired_at` and `resolved_at` are the newest of each; `heard_at` is when the newest firing arrived here. `passing` says
    that Azure Monitor never resolves such an alert. `search` and `page` are addresses: its results, and the alert itself.
    """

    id: str
    series: str
    rule: str
    began: datetime
    heard_at: datetime
    severity: str = ""
    signal: str = ""
    service: str = ""
    description: str = ""
    condition: str = ""
    fired_at: datetime | None = None
    resolved_at: datetime | None = None
    passing: bool = False
    targets: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    search: str = ""
    page: str = ""

    @property
    def open(self) -> bool:
        """Whether it has fired and was not resolved since."""
        return self.fired_at is not None and (self.resolved_at is None or self.fired_at > self.resolved_at)


class AzureSeries(Value, frozen=True, kw_only=True):
    """The newest alert of a series, which is open, and how many of the series are open with it.

    More than one means that the rule does not resolve its alerts: a rule that does fires anew only after that.
    """

    alert: AzureAlert
    unresolved: int = 1
