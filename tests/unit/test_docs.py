"""The documents say what the code does."""

import re
from pathlib import Path

from docs import generate

ROOT = Path(__file__).parents[2]


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert generate.filled(text) == text, "run `make docs`"


def test_the_example_of_settings_names_every_setting() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == generate.env_example(), "run `make docs`"


def test_every_dependency_has_its_reason() -> None:
    named = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    wanted = [
        line.split("[")[0].split("==")[0].strip().lower()
        for file in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / file).read_text("utf-8").splitlines()
        if line and line[0] not in "#-"
    ]
    assert [name for name in wanted if f"`{name}`" not in named] == []


def test_every_picture_and_file_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
