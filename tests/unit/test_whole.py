"""Everything in one process, and what it refuses."""

from pathlib import Path

import pytest

from tests.support.whole import FolderInUse, whole, words


async def test_a_folder_is_one_at_a_time_and_free_again_afterwards(tmp_path: Path) -> None:
    async with whole(tmp_path) as scene:
        with pytest.raises(FolderInUse, match="own folder"):
            async with whole(tmp_path):
                pass
        assert "What you can type" in words(await scene.say("help"))
    async with whole(tmp_path) as again:
        await again.look()
        assert await again.incidents() == []
