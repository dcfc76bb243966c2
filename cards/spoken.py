"""The bot's own sentences, in which `commands` between backticks stand out."""

from __future__ import annotations

from cards.elements import Element, Run, run, text


def spoken(said: str, *, spacing: str = "") -> Element:
    """A paragraph whose commands are bold."""
    return text(*runs(said), spacing=spacing)


def runs(said: str) -> list[Run]:
    """The pieces of such a sentence; one with a single stray backtick is left as it is."""
    parts = said.split("`")
    if len(parts) % 2 == 0:
        return [run(said)]
    return [run(part, bold=at % 2 == 1) for at, part in enumerate(parts) if part] or [run(said)]
