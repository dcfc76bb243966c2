"""The command line refuses what cannot be, before anything is started."""

import pytest

from app import main


@pytest.mark.parametrize(
    "words",
    [
        ("sandbox", "--speed", "-1"),
        ("sandbox", "--speed", "0"),
        ("sandbox", "--speed", "nan"),
        ("sandbox", "--speed", "fast"),
        ("sandbox", "--port", "0"),
        ("sandbox", "--port", "70000"),
        ("sandbox", "--story", "none"),
        ("analyze",),
        ("rule",),
        ("rule", "test", "x", "--days", "many"),
        ("dance",),
        (),
    ],
)
def test_what_cannot_be_is_refused_with_exit_code_2(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "_speed" not in said
