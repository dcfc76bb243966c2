"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

import app
from docs import generate

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", generate.DOCUMENTS)
def test_the_tables_of_the_documents_are_those_of_the_code(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert generate.filled(text) == text, "run `make docs`"


def test_every_table_stands_in_a_document() -> None:
    texts = "".join((ROOT / document).read_text("utf-8") for document in generate.DOCUMENTS)
    assert [name for name in generate.TABLES if f"<!-- {name} -->" not in texts] == []


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


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md", "docs/metrics.md"])
def test_every_picture_and_file_that_a_document_names_is_there(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / document).parent / link).exists()] == []


def test_every_file_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"\b(?:bot|cards|sandbox|tests)/[\w/]+(?:\.py|/)", text))
    named = {name for name in named if "NAME" not in name}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_architecture_names_every_command_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.main(["--help"])
    verbs = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = next(line for line in text.splitlines() if " app.py " in line).partition(": ")[2]
    assert "serve" in verbs
    assert sorted(told.split(" · ")) == sorted(verbs)


def test_the_architecture_names_every_folder_of_the_bot() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    folders = [path for path in (ROOT / "bot").iterdir() if path.is_dir() and any(path.glob("*.py"))]
    assert [path.name for path in folders if f"bot/{path.name}/" not in text] == []
