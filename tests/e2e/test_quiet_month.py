"""A healthy tenant for a month: nothing is worth an incident."""

from pathlib import Path

from tests.support.whole import little_to_do, whole

DAYS = 30
DAY = 24 * 3600
CADENCE = 40 * 60


async def test_thirty_quiet_days_open_no_incident(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        await little_to_do(scene)
        # The first half day at the pace of most jobs, so that their cadence is learned as it is; then day by day.
        steps = [CADENCE] * (DAY // 2 // CADENCE) + [DAY] * DAYS
        for seconds in steps:
            await scene.look(seconds=seconds)
            opened = [incident.alert.title for incident in await scene.incidents()]
            assert opened == []
        assert len(scene.teams.cards()) == 1  # the welcome
