"""Whatever is given: a sentence that says which file, where in it and what to do; exit code 2; nothing half-read."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app import main
from tests.support.downloads import PORTAL, compact, pretty, triple
from tests.support.log_rows import event

ROWS = [event(number, code="" if number % 3 else "ContosoEntryConflict") for number in range(30)]
Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *words: str | Path, code: int = 2) -> str:
    """What is told on the error stream; nothing is printed where it is refused."""
    assert main(["analyze", *map(str, words)]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert bool(out) is (code == 0)
    return err


def analysis(capsys: Capture, *words: str | Path) -> dict[str, Any]:
    assert main(["analyze", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def total(found: dict[str, Any]) -> int:
    return sum(found["rows"].values())


def file(folder: Path, content: bytes, name: str = "log.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


TEXT = json.dumps(ROWS).encode()
ROW_9 = TEXT.index(b'"row-9"')


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"hello", "neither JSON nor CSV"),
        (b"\x00\x01\x02\x03\x00", "is no text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is no text"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"7z\xbc\xaf\x27\x1c....", "is a 7z archive"),
        ("[]".encode("utf-32"), "UTF-32"),
        (b'{"error": {"code": "Forbidden"}}', "no list of rows"),
        (b"[1, 2]", "its entries are no rows"),
        (TEXT[: ROW_9 + 200], "row 10 has no end: the file is cut off in it"),
        (TEXT[: TEXT.index(b', {"id": "row-9"')], "row 10 is missing: the file ends before it"),
        (TEXT[:-1], "row 31 is missing"),
        (TEXT[: ROW_9 + 2] + b"\xe9" + TEXT[ROW_9 + 3 :], "is damaged in row 10"),
        (TEXT[:ROW_9] + b"nonsense" + TEXT[ROW_9:], "is damaged in row 10"),
        (TEXT[:ROW_9] + TEXT[ROW_9 + 1 :], "row 10 has no end"),
        (TEXT.replace(b', {"id": "row-9"', b' {"id": "row-9"'), "row 10 is not parted from the one before by a comma"),
        (TEXT + b"[]", "then by something else"),
        (json.dumps(ROWS).encode("utf-16")[:-1001], "cut off"),
        (b"a,b\n1,2\n", "no column for the change id"),
        (b"Change ID,Job ID,Status\n1,2,3\n", "no column for activityDateTime"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, capsys: Capture, content: bytes, sentence: str) -> None:
    assert sentence in said(capsys, file(tmp_path, content))


def test_a_file_that_is_not_there_and_a_folder_without_files(tmp_path: Path, capsys: Capture) -> None:
    assert "There is no file" in said(capsys, tmp_path / "nothing.json")
    assert "is an empty folder" in said(capsys, tmp_path)


@pytest.mark.parametrize(("cut", "rows"), [(ROW_9 + 200, 9), (len(TEXT) - 1, 30), (len(TEXT) // 2, 15)])
def test_of_a_file_that_is_cut_off_the_whole_rows_are_used_when_asked_for(
    tmp_path: Path, capsys: Capture, cut: int, rows: int
) -> None:
    path = file(tmp_path, TEXT[:cut])
    assert "--partial" in said(capsys, path)
    found = analysis(capsys, path, "--partial")
    assert total(found) == found["files"][0]["rows"]
    assert abs(total(found) - rows) <= 1
    assert f"The {total(found)} rows before that are used" in found["warnings"][0]


def test_json_that_powershell_shortened_is_told_apart(tmp_path: Path, capsys: Capture) -> None:
    shortened = [dict(row) for row in ROWS]
    for row in shortened:
        if row["provisioningStatusInfo"]["errorInformation"]:
            row["provisioningStatusInfo"] = {
                "status": "failure",
                "errorInformation": "@{errorCode=ContosoEntryConflict}",
            }
    path = file(tmp_path, json.dumps(shortened, indent=4).encode())
    assert "-Depth 10" in said(capsys, path)
    assert "-Depth 10" in said(capsys, path, "--partial")


def test_broken_rows_are_counted_and_named_and_the_rest_is_used(tmp_path: Path, capsys: Capture) -> None:
    rows = [ROWS[0], ROWS[1] | {"activityDateTime": "soon"}, ROWS[2] | {"sourceIdentity": 5}, ROWS[3] | {"jobId": None}]
    found = analysis(capsys, file(tmp_path, json.dumps(rows).encode()))
    assert total(found) == 1
    assert found["broken"] == 3
    assert found["brokenRows"][0].endswith("row 2: a time that cannot be")


# --- Packed ------------------------------------------------------------------------------------------------------------


def zipped(path: Path, files: Sequence[Path], **more: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for each in files:
            archive.write(each, f"../{each.name}")
    return path


@pytest.mark.parametrize("write", [compact, pretty, triple], ids=["compact", "pretty", "csv"])
def test_a_zip_of_a_download_is_read_as_the_download(
    tmp_path: Path, capsys: Capture, write: Callable[[Path, Any], list[Path]]
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    path = zipped(tmp_path / "download.zip", write(plain, ROWS))
    assert total(analysis(capsys, path)) == len(ROWS)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["download.zip", "plain"]


def test_gzip_is_read_and_one_that_is_cut_off_is_refused(tmp_path: Path, capsys: Capture) -> None:
    packed = gzip.compress(TEXT)
    assert total(analysis(capsys, file(tmp_path, packed, "log.json.gz"))) == len(ROWS)
    assert "is not whole" in said(capsys, file(tmp_path, packed[:-200], "cut.gz"))
    assert "packed once more" in said(capsys, file(tmp_path, gzip.compress(packed), "twice.gz"))


def test_a_bomb_is_left_alone(tmp_path: Path, capsys: Capture) -> None:
    zeros = b" " * (256 << 20)
    assert "far more than a log can" in said(capsys, file(tmp_path, gzip.compress(zeros, 9), "bomb.gz"))
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.json", zeros)
    assert "far more than a log can" in said(capsys, file(tmp_path, inside.getvalue(), "bomb.zip"))


def test_a_zip_that_is_no_download_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert "no zip that can be read" in said(capsys, file(tmp_path, b"PK\x03\x04" + b"x" * 300, "bad.zip"))
    assert "empty zip" in said(capsys, zipped(tmp_path / "empty.zip", []))
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert "Excel workbook" in said(capsys, file(tmp_path, book.getvalue(), "log.xlsx"))
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.json", "[]")
    assert "holds 20 files" in said(capsys, file(tmp_path, many.getvalue(), "many.zip"))


def test_an_encrypted_zip_is_refused(tmp_path: Path, capsys: Capture) -> None:
    packed = bytearray(zipped(tmp_path / "log.zip", compact(tmp_path, ROWS)).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + offset] |= 1
    assert "is encrypted" in said(capsys, file(tmp_path, bytes(packed), "secret.zip"))


# --- CSV ---------------------------------------------------------------------------------------------------------------


def test_a_member_of_the_three_that_is_missing_is_named(tmp_path: Path, capsys: Capture) -> None:
    main_file, steps, changes = triple(tmp_path, ROWS)
    told = said(capsys, main_file)
    assert "ProvisioningLogs_ProvisioningSteps and ProvisioningLogs_ModifiedProperties are missing" in told
    assert "ProvisioningLogs is missing" in said(capsys, steps, changes, "--partial")
    found = analysis(capsys, main_file, steps, "--partial")
    assert total(found) == len(ROWS)
    assert "ProvisioningLogs_ModifiedProperties is missing" in found["warnings"][0]


def test_the_three_are_known_by_what_is_in_them_and_found_in_their_folder(tmp_path: Path, capsys: Capture) -> None:
    for number, path in enumerate(triple(tmp_path, ROWS, names=PORTAL)):
        path.rename(tmp_path / f"{number} (1).txt")
    assert total(analysis(capsys, tmp_path)) == len(ROWS)


def test_two_downloads_at_once_are_refused_as_csv(tmp_path: Path, capsys: Capture) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    files = [*triple(tmp_path / "a", ROWS), *triple(tmp_path / "b", ROWS[:3])]
    assert "are both ProvisioningLogs" in said(capsys, *files)


def test_files_of_different_downloads_are_noticed(tmp_path: Path, capsys: Capture) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    main_file = triple(tmp_path / "a", ROWS[:20])[0]
    files = [main_file, *triple(tmp_path / "b", ROWS)[1:]]
    assert "30 steps and changes belong to no row of ProvisioningLogs.csv (which has 20)" in said(capsys, *files)
    assert total(analysis(capsys, *files, "--partial")) == 20


def cut_in_a_row(text: bytes) -> bytes:
    return text[: text.rindex(b",")]


def cut_in_a_text(text: bytes) -> bytes:
    return text + b'row-31,"not closed'


def of_another_encoding(text: bytes) -> bytes:
    return text.replace("Zoé".encode(), b"Zo\xe9", 1)


def cut_in_a_character(text: bytes) -> bytes:
    return text + b'"Zo\xc3'


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (cut_in_a_row, "not whole: in line 31"),
        (cut_in_a_text, "in line 32 a quotation mark is not closed"),
        (of_another_encoding, "is not UTF-8: in line 2 stands"),
        (cut_in_a_character, "in the middle of a character"),
    ],
)
def test_a_damaged_csv_file_is_told_by_its_line(
    tmp_path: Path, capsys: Capture, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    files = triple(tmp_path, ROWS)
    files[0].write_bytes(damage(files[0].read_bytes()))
    assert sentence in said(capsys, *files)


def test_of_a_csv_file_that_is_cut_off_the_whole_rows_are_used_when_asked_for(tmp_path: Path, capsys: Capture) -> None:
    files = triple(tmp_path, ROWS)
    files[0].write_bytes(files[0].read_bytes()[:-40])
    found = analysis(capsys, *files, "--partial")
    assert total(found) == len(ROWS) - 1
    assert len(found["warnings"]) == 2
