"""What is imported at the start stays small: the vendors' SDKs come with the first call."""

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


@pytest.mark.parametrize("module", MODULES)
def test_importing_an_adapter_imports_no_vendor(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"
