"""The bot's own sentences, in which `commands` between backticks stand out."""

from __future__ import annotations

from cards.elements import Element, run, text


def spoken(said: str, *, spacing: str = "") -> Element:
    """A paragraph whose commands are bold; text with a single stray backtick is left as it is."""
    parts = said.split("`")
    if len(parts) % 2 == 0:
        return text(said, spacing=spacing)
    runs = [run(part, bold=at % 2 == 1) for at, part in enumerate(parts) if part]
    return text(*(runs or [said]), spacing=spacing)
