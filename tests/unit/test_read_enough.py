"""Whoever reads what is printed may stop, as `head` does: then the command ends quietly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.downloads import compact
from tests.support.log_rows import event

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def download(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = compact(tmp_path_factory.mktemp("rows"), [event(at, code=f"Code{at}" * (at % 2)) for at in range(400)])
    return path


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--json",),
        ("--change-ids", "create"),
        ("--kql", "AADProvisioningLogs | project Id"),
        ("--help",),
    ],
    ids=lambda words: " ".join(words) or "plain",
)
def test_a_command_whose_reader_has_gone_ends_with_0_and_says_nothing_of_it(
    download: Path, words: tuple[str, ...]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / "app.py"), "analyze", str(download), *words],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if not line.startswith("Reading")] == []
