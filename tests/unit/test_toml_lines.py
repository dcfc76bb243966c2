"""Where tables and keys of a TOML file begin, however it is written."""

import time
import tomllib

import pytest

from bot.toml_lines import line_of, lines


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("[a]\nb = 1\n", ("a", "b"), 2),
        ("[[a]]\n[[a]]\nb = 1\n", ("a", 1, "b"), 3),
        ("[[ a ]] # b = 0\n\n'b' = 1\n", ("a", 0, "b"), 3),
        ('["a"."b.c"]\n"d" = 1\n', ("a", "b.c", "d"), 2),
        ("a.b.c = 1\na.b.d = 2\n", ("a", "b", "d"), 2),
        ("[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 1\n", ("a", 1, "b", "c"), 6),
        ("# '''\nb = 1 # '''\nc = 1\n", ("c",), 3),
        ("\n[[a]]\n[[a]]\n", ("a",), 2),
        ("\n[a.b]\n[a.c]\n", ("a",), 2),
    ],
)
def test_a_key_is_found_in_its_table(text: str, place: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(text)
    assert lines(text)[place] == line


@pytest.mark.parametrize(
    "value",
    [
        '"""\n[x]\nb = 1\n"""',
        "'''\n[[x]]\nb = 1'''",
        '"""\\"\n\\""""',
        "[\n'b = 1',\n[1, 2], # ]]]\n]",
        "[{b = 1},\n{b = 2}]",
        '"[[[" # "',
    ],
)
def test_what_stands_in_a_value_is_no_key_and_no_table(value: str) -> None:
    text = f"[t]\na = {value}\nb = 3\n"
    tomllib.loads(text)
    assert lines(text) == {("t",): 1, ("t", "a"): 2, ("t", "b"): text.count("\n")}


def test_of_what_has_no_line_of_its_own_the_nearest_around_it_is_told() -> None:
    known = lines("[[a]]\nb = [1,\n2]\n")
    assert line_of(("a", 0, "b", 1), known) == 2
    assert line_of(("a", 0, "missing"), known) == 1
    assert line_of(("elsewhere",), known) == 0


def test_a_key_of_very_many_parts_takes_no_time() -> None:
    began = time.process_time()
    assert lines("[t]\n" + "x." * 300 + "y = 1\nb = 1\n")[("t", "b")] == 3
    assert time.process_time() - began < 1
