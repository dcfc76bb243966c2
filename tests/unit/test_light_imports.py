"""What is imported at the start stays small: the vendors' SDKs come with the first call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "msgraph",
    "kiota_abstractions",
    "kiota_http",
    "azure.monitor",
    "azure.core",
    "azure.identity",
    "duckdb",
    "httpx",
)
MODULES = (
    "bot.adapters.graph.client",
    "bot.adapters.graph.jobs",
    "bot.adapters.graph.messages",
    "bot.adapters.graph.provisioning_log",
    "bot.adapters.log_analytics",
    "bot.sources.graph",
    "bot.sources.log_analytics",
)
BUILD = """
import asyncio, sys
import app, bot.assembly
from bot.settings import Settings

async def build() -> None:
    given = dict.fromkeys(("tenant_id", "app_id", "workspace_id"), "0a0a0a0a-0000-4000-8000-000000000001")
    async with bot.assembly.assembled(Settings(_env_file=None, app_secret="s", database_url="sqlite:///new.db", **given)):
        print([name for name in ("msgraph", "azure.monitor", "duckdb", "alembic", "httpx") if name in sys.modules])

asyncio.run(build())
"""


@pytest.mark.parametrize("module", MODULES)
def test_importing_an_adapter_imports_no_vendor(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"


def test_building_the_bot_on_a_new_database_imports_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", BUILD],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == "[]"
