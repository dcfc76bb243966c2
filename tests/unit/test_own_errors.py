"""A tenant's own entries for error codes: added, overriding, and refused in one sentence when they are broken."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import assembled
from bot.causes import BadKnowledge, advice, learn
from bot.ports import BadSettings
from bot.settings import Settings


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    learn()


def own(*entries: dict[str, object]) -> bytes:
    return json.dumps({"errors": entries}).encode()


def test_an_entry_for_a_code_of_ones_own_is_found_in_every_spelling() -> None:
    assert not advice("ContosoBadgeMissing").known
    learn(own({"code": "BadgeMissing", "meaning": "No badge.", "recommended_action": "Print one.", "actor": "admin"}))
    told = advice("contosoBADGEmissing")
    assert (told.code, told.meaning, told.action) == ("BadgeMissing", "No badge.", "Print one.")


def test_an_entry_for_a_known_code_overrides_what_it_gives_and_keeps_the_rest() -> None:
    shipped = advice("ContosoEntryConflict")
    learn(own({"code": "Conflict", "recommended_action": "Call Ada."}))
    told = advice("ContosoEntryConflict")
    assert (told.action, told.meaning, told.auto_retry) == ("Call Ada.", shipped.meaning, shipped.auto_retry)


def test_what_was_learnt_can_be_forgotten() -> None:
    learn(own({"code": "BadgeMissing", "meaning": "No badge."}))
    learn()
    assert not advice("BadgeMissing").known


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"7",
        b'{"errors": 7}',
        b'[{"meaning": "x"}]',
        b'[{"code": "New"}]',
        b'[{"code": "Conflict", "auto_retry": "yes"}]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_broken_file_is_one_sentence_and_changes_nothing(text: bytes) -> None:
    with pytest.raises(BadKnowledge):
        learn(text)
    assert advice("Conflict").known


async def test_the_bot_does_not_start_on_a_broken_file(tmp_path: Path) -> None:
    broken = tmp_path / "errors.json"
    broken.write_text("{", "utf-8")
    ids = dict.fromkeys(("tenant_id", "app_id"), "11111111-1111-4111-8111-111111111111")
    settings = Settings(_env_file=None, **ids, app_secret="s", errors_file=broken)  # pyright: ignore
    with pytest.raises(BadSettings, match=r"ERRORS_FILE is wrong \(its file cannot be used\. It is not JSON"):
        async with assembled(settings):
            pass
