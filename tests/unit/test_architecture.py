"""The shape of the project: who may import whom, and where waiting, time and chance may happen."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for part in ("bot", "cards", "manifest", "sandbox") for path in (ROOT / part).rglob("*.py"))

HOMES = {
    "botbuilder": ["bot/adapters/teams"],
    "botframework": ["bot/adapters/teams"],
    "msgraph": ["bot/adapters/graph"],
    "msgraph_core": ["bot/adapters/graph"],
    "kiota_abstractions": ["bot/adapters/graph"],
    "azure.monitor": ["bot/adapters/log_analytics.py"],
    "azure.identity": ["bot/assembly"],
    "apscheduler": ["bot/serving.py"],
    "duckdb": ["bot/adapters/local_logs.py", "bot/adapters/kql", "bot/adapters/csv_join.py"],
    "duckdb_kql": ["bot/adapters/local_logs.py", "bot/adapters/kql"],
    "sqlalchemy": ["bot/adapters/store"],
    "rich": ["bot/analyze"],
    "alembic": ["bot/adapters/store"],
    "aiosmtplib": ["bot/adapters/email"],
    "idna": ["bot/addresses.py"],
}
CORE = [
    *(
        "bot/model",
        "bot/ledger.py",
        "bot/causes.py",
        "bot/conflicts.py",
        "bot/detect.py",
        "bot/incidents.py",
        "bot/taking.py",
        "bot/routing.py",
        "bot/route_remarks.py",
        "bot/route_words.py",
        "bot/replay.py",
    ),
    *("bot/restarts.py", "bot/roles.py", "bot/rules", "cards"),
    *("bot/escalation.py", "bot/quiet.py", "bot/reminders.py", "bot/storms.py"),
]
IMPURE = {"asyncio", "random", "secrets", "time", "uuid", "aiohttp", "httpx", "requests"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def within(path: Path, homes: list[str]) -> bool:
    return any(name(path) == home or name(path).startswith(f"{home.removesuffix('.py')}/") for home in homes)


@cache
def imports(path: Path) -> tuple[str, ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def belongs(imported: str, package: str) -> bool:
    return imported == package or imported.startswith(f"{package}.")


@pytest.mark.parametrize("vendor", HOMES)
def test_each_vendor_is_known_in_one_place_only(vendor: str) -> None:
    product = [path for path in SOURCES if not name(path).startswith("sandbox/")]
    strangers = [
        name(path)
        for path in product
        if not within(path, HOMES[vendor]) and any(belongs(each, vendor) for each in imports(path))
    ]
    assert strangers == []


def test_the_product_does_not_know_the_sandbox_or_the_tests() -> None:
    product = [path for path in SOURCES if not name(path).startswith("sandbox/")]
    knowing = [name(p) for p in product for each in imports(p) if belongs(each, "sandbox") or belongs(each, "tests")]
    assert knowing == []


@pytest.mark.parametrize("path", [path for path in SOURCES if within(path, CORE)], ids=name)
def test_the_core_and_the_cards_never_wait_read_the_clock_or_draw_lots(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    waits = [node for node in ast.walk(tree) if isinstance(node, ast.Await | ast.AsyncFunctionDef)]
    clocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and "datetime" in ast.dump(node)
    ]
    assert waits == []
    assert clocks == []
    assert [each for each in imports(path) if each.split(".")[0] in IMPURE] == []


def test_the_environment_is_read_by_the_settings_alone() -> None:
    product = [p for p in SOURCES if not name(p).startswith(("sandbox/", "bot/settings"))]
    assert [name(path) for path in product if "environ" in path.read_text("utf-8")] == []


def test_the_core_does_not_know_the_adapters() -> None:
    strangers = [
        name(path)
        for path in SOURCES
        if within(path, CORE) and any(belongs(each, "bot.adapters") for each in imports(path))
    ]
    assert strangers == []
