"""The export to the workspace stops, while Graph's own log goes on and is kept; then the export catches up."""

from tests.support.cases import Case
from tests.support.whole import Whole


async def hours(whole: Whole, number: int) -> None:
    """Hours pass; twice a look at the end of each, because what is read slowly takes its turn."""
    for _ in range(number):
        await whole.look(seconds=3580)
        await whole.look(seconds=20)


async def play(whole: Whole) -> None:
    await whole.look(seconds=20)
    await hours(whole, 3)
    assert await whole.incidents() == []
    whole.tenant.beat("export_stops")
    await hours(whole, 5)


async def heal(whole: Whole) -> None:
    whole.tenant.beat("export_goes_on")
    await hours(whole, 2)


CASE = Case(
    rule="logs_differ",
    play=play,
    says=("AADProvisioningLogs lacks rows in Log Analytics", "the archive of Graph's log has more", "daily cap"),
    heal=heal,
    also=("logs_late",),
    settings={"source": "graph log_analytics", "archive_file": "logs.duckdb"},
)
