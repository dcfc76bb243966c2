"""Files of rules in KQL: what they say, what is wrong with them in words, and how a folder of them is read again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.kqlrules import BadRule, Operator, parse
from bot.kqlrules.model import KqlRule
from bot.kqlrules.shelf import LARGEST, Shelf, read, shipped
from bot.model import Severity
from bot.ports import Refusal

GOOD = """// title: {Actor} deleted {Review}
// help: Somebody deleted a review.
// severity: high
// any other remark
// key: Review
AuditLogs
| where Result == "success" // not a // word: in here
"""


def test_the_first_lines_say_what_is_told_and_the_rest_is_asked() -> None:
    rule = parse("review_deleted", GOOD + "\n// window: 9d\n")
    assert (rule.title, rule.severity, rule.key) == ("{Actor} deleted {Review}", Severity.HIGH, ("Review",))
    assert (rule.operator, rule.measure, rule.threshold) == (Operator.GREATER, "rows", 0)
    assert (rule.window, rule.frequency) == (timedelta(days=1), timedelta(minutes=5))
    assert rule.kql.startswith("// title"), "so that a line of the query is a line of the file"


@pytest.mark.parametrize(
    ("line", "number", "said"),
    [
        ("// severity: dire", 4, "write critical, high, medium, low"),
        ("// operator: Greater", 4, "write GreaterThan, "),
        ("// threshold: many", 4, "is not a number"),
        ("// threshold: nan", 4, "is not a number to compare with"),
        ("// window: a while", 4, "write 5m, 4h or 1d"),
        ("// window: 31d", 4, "between 1m and 30d"),
        ("// window: 1h", 4, "rows come up to an hour late"),
        ("// frequency: 30s", 4, "between 1m and 30d"),
        ("// frequency: 23h30m", 4, "write 5m, 4h or 1d"),
        ("// key: Review, Review", 4, "each once"),
        ("// show: a b", 4, "is not the name of a column"),
        ("// persona: boss", 4, "write IT operations, GRC"),
        ("// params: users", 4, "there are jobs"),
        ("// source: javascript:alert(1)", 4, "https://"),
        ("// titel: x", 4, "a rule has no 'titel'"),
        ("// title: again", 4, "was said before, in line 1"),
    ],
)
def test_a_mistake_is_told_with_its_file_its_line_and_what_mends_it(line: str, number: int, said: str) -> None:
    text = "// title: a\n// help: b\n// severity: low\n" + line + "\nAuditLogs"
    if "severity" in line:
        text = "// title: a\n// help: b\n\n" + line + "\nAuditLogs"
    with pytest.raises(BadRule) as bad:
        parse("my_rule", text)
    assert str(bad.value).startswith(f"my_rule.kql, line {number}: ")
    assert said in str(bad.value)


@pytest.mark.parametrize("word", ["title", "help", "severity"])
def test_what_every_rule_needs_is_named(word: str) -> None:
    lines = [line for line in GOOD.splitlines() if f"// {word}:" not in line]
    with pytest.raises(BadRule, match=rf"`// {word}: …` is missing"):
        parse("my_rule", "\n".join(lines))


def test_a_file_without_a_query_is_no_rule() -> None:
    with pytest.raises(BadRule, match="no query follows"):
        parse("my_rule", "// title: a\n// help: b\n// severity: low\n// and nothing more\n")


@pytest.mark.parametrize("name", ["My Rule", "../x", "rule1", "", "a", "x" * 80, "a\nb"])
def test_a_hostile_or_strange_name_is_refused(name: str) -> None:
    with pytest.raises(BadRule, match="small letters"):
        parse(name, GOOD)


def test_every_shipped_rule_reads() -> None:
    assert len(shipped()) > 10
    assert all(isinstance(rule, KqlRule) for rule in shipped())


# --- A folder that changes -------------------------------------------------------------------------------------------------


def put(folder: Path, name: str, text: str | bytes = GOOD) -> Path:
    path = folder / f"{name}.kql"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """In place of the rules that come with the bot."""
    (tmp_path / "shipped").mkdir()
    (tmp_path / "own").mkdir()
    return tmp_path


def shelf_on(empty: Path, **options: object) -> Shelf:
    shelf = Shelf(empty / "own", shipped=empty / "shipped", **options)  # pyright: ignore[reportArgumentType]
    shelf.look()
    return shelf


def test_a_rule_is_there_as_soon_as_its_file_is_and_gone_with_it(empty: Path) -> None:
    shelf = shelf_on(empty)
    assert shelf.rules == {}
    path = put(empty / "own", "mine")
    shelf.look()
    assert list(shelf.rules) == ["mine"]
    path.unlink()
    shelf.look()
    assert shelf.rules == {}


def test_a_bad_file_never_replaces_a_good_one_and_a_mended_one_does(empty: Path) -> None:
    put(empty / "own", "mine")
    shelf = shelf_on(empty)
    good = shelf.rules["mine"]
    put(empty / "own", "mine", GOOD.replace("severity: high", "severity: hihg"))
    shelf.look()
    assert shelf.rules["mine"] == good
    assert [(each.name, each.in_force) for each in shelf.broken] == [("mine.kql", True)]
    assert "line 3" in shelf.broken[0].sentence
    put(empty / "own", "mine", GOOD.replace("severity: high", "severity: low"))
    shelf.look()
    assert shelf.rules["mine"].severity is Severity.LOW
    assert shelf.broken == ()


def test_a_query_that_may_not_be_asked_is_refused_when_it_is_read(empty: Path) -> None:
    def judge(rule: KqlRule) -> None:
        raise Refusal("The table 'SigninLogs' cannot be read here.")

    put(empty / "own", "mine")
    shelf = shelf_on(empty, judge=judge)
    assert shelf.rules == {}
    assert [each.sentence for each in shelf.broken] == ["mine.kql: The table 'SigninLogs' cannot be read here."]


def test_an_own_rule_cannot_take_the_name_of_one_that_comes_with_the_bot(empty: Path) -> None:
    put(empty / "shipped", "theirs")
    put(empty / "own", "theirs", GOOD.replace("high", "low"))
    put(empty / "own", "quarantine")
    shelf = shelf_on(empty, taken=lambda: frozenset({"quarantine"}))
    assert shelf.rules["theirs"].severity is Severity.HIGH
    assert list(shelf.rules) == ["theirs"]
    assert ["give the file another name" in each.sentence for each in shelf.broken] == [True, True]


def test_one_bad_file_does_not_take_the_others_with_it(empty: Path) -> None:
    put(empty / "own", "good")
    put(empty / "own", "latin", "// title: für\n".encode("latin-1"))
    put(empty / "own", "huge", "x" * (LARGEST + 1))
    put(empty / "own", "binary", "// title: a\0b\n")
    put(empty / "own", "empty_one", "")
    (empty / "own" / "folder.kql").mkdir()
    put(empty / "own", ".#good")
    put(empty / "own", "Bad Name")
    (empty / "own" / "readme.txt").write_text("not a rule")
    shelf = shelf_on(empty)
    assert list(shelf.rules) == ["good"]
    said = {each.name: each.sentence for each in shelf.broken}
    assert "it is not UTF-8" in said["latin.kql"]
    assert "larger than 64 KB" in said["huge.kql"]
    assert "it is not text" in said["binary.kql"]
    assert "is missing" in said["empty_one.kql"]
    assert "no ordinary file" in said["folder.kql"]
    assert "small letters" in said["Bad Name.kql"]
    assert len(said) == 6


def test_a_link_is_refused_wherever_it_leads(empty: Path) -> None:
    target = put(empty, "outside")
    (empty / "own" / "inside.kql").symlink_to(target)
    shelf = shelf_on(empty)
    assert shelf.rules == {}
    assert "it is a link" in shelf.broken[0].sentence
    with pytest.raises(BadRule, match="it is a link"):
        read(empty / "own" / "inside.kql")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "nowhere", shipped=tmp_path)
    shelf.look()
    assert "is not there" in shelf.broken[0].sentence


def test_a_file_saved_by_another_editor_reads_the_same(empty: Path) -> None:
    put(empty / "own", "windows", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert shelf_on(empty).rules["windows"].title == "{Actor} deleted {Review}"


def test_rules_can_be_turned_off_by_name_or_all_at_once(empty: Path) -> None:
    put(empty / "shipped", "one")
    put(empty / "shipped", "two")
    assert list(shelf_on(empty, off=("one",)).rules) == ["two"]
    assert list(shelf_on(empty, off=("*",)).rules) == []


def test_a_parameter_needs_its_place_in_the_query(empty: Path) -> None:
    put(empty / "own", "mine", GOOD.replace("// key", "// params: jobs\n// key"))
    assert "no line `let jobs = dynamic([]);`" in shelf_on(empty).broken[0].sentence
