"""A case of a rule: what happens in the tenant, what its card must say, and what makes it good again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tests.support.whole import Whole

FOLDER = Path(__file__).parents[1] / "e2e" / "cases"

Step = Callable[[Whole], Awaitable[None]]


async def nothing(whole: Whole) -> None:
    """Where nothing has to be ready before the bot's first look."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """`play` lets it happen, after a first look at a healthy tenant, and looks; `heal` repairs it and looks.

    `also` names the rules whose incidents are told beside the one of `rule`; those that it holds back are not told and
    not named. `before` readies the tenant for the first look. `settings` are given to the bot.
    """

    rule: str
    play: Step
    says: tuple[str, ...]
    heal: Step
    also: tuple[str, ...] = ()
    before: Step = nothing
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])


def case(path: Path) -> Case:
    """The case of a file."""
    spec = spec_from_file_location(f"tests.e2e.cases.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASE


def cases() -> list[Case]:
    """Every case of tests/e2e/cases, by name."""
    return [case(path) for path in sorted(FOLDER.glob("*.py"))]
