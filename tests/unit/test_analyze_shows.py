"""What `app.py analyze` prints: in a terminal, as a page, as JSON, as a query's answer; and never anything that text does."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import main
from bot.analyze.analysis import Analysis
from tests.support.downloads import compact
from tests.support.log_rows import NOON, event

Capture = pytest.CaptureFixture[str]
DOCS = Path(__file__).parents[2] / "docs" / "analyze.md"
HOSTILE = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>‮[link](https://x)"


def rows(count: int = 12, **more: Any) -> list[dict[str, Any]]:
    """Every third fails; of those that fail, one is well again later."""
    made = [event(number, code="" if number % 3 else "ContosoEntryConflict", **more) for number in range(count)]
    healed = event(count, at=NOON.replace(hour=13), **more) | {"sourceIdentity": made[0]["sourceIdentity"]}
    return [*made, healed]


def shown(capsys: Capture, *words: str | Path) -> str:
    assert main(["analyze", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_the_terminal_shows_causes_with_remedies_objects_jobs_times_and_ids(tmp_path: Path, capsys: Capture) -> None:
    text = shown(capsys, *compact(tmp_path, rows()))
    for part in (
        "13 rows counted",
        "Conflict",
        "3 of 4 objects still fail",
        "Do this",
        "Who acts",
        "scim.1",
        "Job ids",
    ):
        assert part in text
    for part in ("failing_objects", "Timeline, 1 hour a line", "change-0", "20 Nov 12:00"):
        assert part in text
    assert "\x1b" not in text


def test_the_change_ids_of_an_action_come_one_a_line(tmp_path: Path, capsys: Capture) -> None:
    guid = "0a0a0a0a-1111-4111-8111-00000000000"
    made = [event(number, changeId=f"{guid}{number}", provisioningAction="update") for number in range(3)]
    files = compact(tmp_path, [*made, made[0], event(9)])
    assert shown(capsys, *files, "--change-ids", "Update").split() == [f"{guid}{number}" for number in range(3)]
    assert main(["analyze", str(files[0]), "--change-ids", "sing"]) == 2
    assert "there are create, update" in capsys.readouterr().err


def test_json_is_what_the_documentation_says_it_is(tmp_path: Path, capsys: Capture) -> None:
    found = json.loads(shown(capsys, *compact(tmp_path, rows()), "--json"))
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text("utf-8"), re.MULTILINE))
    assert set(found) == documented
    again = msgspec.json.decode(json.dumps(found), type=Analysis)
    assert again.failing == 3
    assert again.change_ids == {"create": [f"change-{number}" for number in range(13)]}
    assert again.job_ids == ("scim.1",)


def test_text_of_the_directory_is_shown_and_never_obeyed(tmp_path: Path, capsys: Capture) -> None:
    evil: dict[str, Any] = {"id": HOSTILE, "displayName": HOSTILE, "identityType": HOSTILE, "details": {}}
    made = rows(sourceIdentity=evil, jobId=f"scim.{HOSTILE}", servicePrincipal=evil, provisioningAction=HOSTILE)
    page = tmp_path / "out.html"
    text = shown(capsys, *compact(tmp_path, made), "--html", page)
    assert not set("\x1b\x07‮") & set(text)
    html = page.read_text("utf-8")
    assert not set("\x1b\x07‮") & set(html)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_stands_alone_and_is_well_formed(tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "out.html"
    shown(capsys, *compact(tmp_path, rows(300)), "--html", page)
    html = page.read_text("utf-8")
    outline = Outline()
    outline.feed(html)
    assert outline.open == []
    assert outline.fetched == []
    assert {"svg", "table", "style"} <= outline.tags
    assert "script" not in outline.tags
    assert "default-src 'none'" in html.replace("&#x27;", "'")
    assert not re.search(r"url\(|@import|https?://", html)


class Outline(HTMLParser):
    """Which tags a page has, which of them stay open, and what it would fetch."""

    VOID = frozenset({"meta", "br", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [str(value) for name, value in attrs if name in {"src", "href", "xlink:href", "srcset"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_a_log_without_rows_is_no_mistake(tmp_path: Path, capsys: Capture) -> None:
    text = shown(capsys, *compact(tmp_path, []), "--html", tmp_path / "out.html")
    assert "0 rows counted" in text
    assert "no rule finds anything" in text


# --- KQL ---------------------------------------------------------------------------------------------------------------


def answer(capsys: Capture, files: list[Path], kql: str) -> list[list[Any]]:
    return json.loads(shown(capsys, *files, "--json", "--kql", kql))["rows"]


def test_a_query_sees_every_row_once_in_the_documented_table(tmp_path: Path, capsys: Capture) -> None:
    files = compact(tmp_path, rows())
    twice = [*files, tmp_path / "again.json"]
    twice[1].write_bytes(files[0].read_bytes())
    assert answer(capsys, twice, "AADProvisioningLogs | count") == [[13]]
    kql = "AADProvisioningLogs | where ResultType == 'Failure' | extend T = parse_json(SourceIdentity) | project Id, T.Name"
    assert answer(capsys, files, f"{kql} | order by Id asc | take 1") == [["row-0", "Zoé"]]
    assert answer(capsys, files, "AADProvisioningLogs | where TimeGenerated > ago(30m) | count") == [[1]]
    assert "row-3" in shown(capsys, *files, "--kql", "AADProvisioningLogs | project Id")


@pytest.mark.parametrize(
    "kql",
    [
        "['/etc/passwd'] | take 1",
        'externaldata(line:string)["/etc/passwd"]',
        ".drop table AADProvisioningLogs",
        "SigninLogs | take 1",
        "AADProvisioningLogs | where resultType == 'x'",
        "AADProvisioningLogs | whre Id == 1",
    ],
)
def test_a_query_that_reaches_elsewhere_or_is_wrong_is_refused(tmp_path: Path, capsys: Capture, kql: str) -> None:
    assert main(["analyze", str(compact(tmp_path, rows())[0]), "--kql", kql]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err


def test_rules_in_kql_are_asked_too_unless_a_day_has_too_many_rows(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = compact(tmp_path, [event(number, code="ContosoEntryConflict") for number in range(12)])
    found = json.loads(shown(capsys, *files, "--json"))
    assert {each["rule"] for each in found["incidents"]} == {"failing_objects", "provisioning_failures"}
    monkeypatch.setattr("bot.analyze.fold.MOST_ROWS", 11)
    found = json.loads(shown(capsys, *files, "--json"))
    assert {each["rule"] for each in found["incidents"]} == {"failing_objects"}
    assert found["warnings"] == [
        "12 rows of one day are too many for the rules in KQL: they were not asked. Ask them with --kql."
    ]


# --- Words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "yesterday"), "is no time"),
        (("--html", "/no/such/folder/x.html"), "cannot be written"),
        (("--kql", "AADProvisioningLogs", "--html", "x.html"), "leave out --html"),
    ],
)
def test_words_that_cannot_be_are_refused(
    tmp_path: Path, capsys: Capture, words: tuple[str, ...], sentence: str
) -> None:
    assert main(["analyze", str(compact(tmp_path, rows())[0]), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_only_some_rows_can_be_asked_for(tmp_path: Path, capsys: Capture) -> None:
    files = compact(tmp_path, [*rows(), event(50, jobId="other.9")])
    assert json.loads(shown(capsys, *files, "--json", "--job", "other"))["jobIds"] == ["other.9"]
    found = json.loads(shown(capsys, *files, "--json", "--since", "2026-11-20T12:30"))
    assert sum(found["rows"].values()) == 1
