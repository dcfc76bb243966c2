"""Graph's spelling of the log's words; a word that is not known here stays as it came, so that people see it."""

from __future__ import annotations

from collections.abc import Mapping


def _spelt(*words: str, numbered: bool = False) -> Mapping[str, str]:
    numbers = {str(number): word for number, word in enumerate(words)} if numbered else {}
    return {**numbers, **{word.lower(): word for word in words}}


ACTIONS = _spelt("other", "create", "delete", "disable", "update", "stagedDelete")
STATUSES = _spelt("success", "failure", "skipped", "warning")
# Diagnostic settings export these two as numbers.
STEP_STATUSES = _spelt("success", "failure", "skipped", "warning", numbered=True)
STEP_TYPES = _spelt(
    "import", "scoping", "matching", "processing", "referenceResolution", "export", numbered=True
)  # fmt: skip


def known(word: str | int | None, words: Mapping[str, str]) -> str:
    """The word in Graph's spelling."""
    if word is None:
        return ""
    text = str(word)
    return words.get(text) or words.get(text.lower(), text)
