"""A healthy tenant for a month: nothing is worth an incident."""

from pathlib import Path

from tests.support.whole import whole

DAYS, HOURS = 30, 6


async def test_thirty_quiet_days_open_no_incident(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        for _ in range(DAYS * 24 // HOURS):
            await scene.look(seconds=HOURS * 3600)
            opened = [incident.alert.title for incident in await scene.incidents()]
            assert opened == []
        assert len(scene.teams.cards()) == 1  # the welcome
