"""Draws the app's two icons anew: `python -m tests.support.icons`; the result is kept in manifest/icons."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[2] / "manifest" / "icons"
ACCENT = (59, 58, 143, 255)
WHITE = (255, 255, 255, 255)
LIGHT = (164, 168, 255, 255)
CLEAR = (0, 0, 0, 0)
FINE = 8  # drawn so many times larger, then reduced, for smooth edges

Colour = tuple[int, int, int, int]


def draw(size: int, background: Colour, line: Colour, beat: Colour) -> Image.Image:
    """Two arrows around a circle, which is sync, and a heartbeat within, which is the watch."""
    full = size * FINE
    image = Image.new("RGBA", (full, full), background)
    pen = ImageDraw.Draw(image)
    unit = full / 32
    box = (5 * unit, 5 * unit, 27 * unit, 27 * unit)
    for start in (20, 200):
        pen.arc(box, start, start + 132, fill=line, width=round(2.3 * unit))
    _arrow(pen, unit, line, (27.0, 14.5), (22.2, 12.6), (26.6, 8.6))
    _arrow(pen, unit, line, (5.0, 17.5), (9.8, 19.4), (5.4, 23.4))
    points = [(9.5, 16), (12.8, 16), (14.6, 11.6), (17.4, 20.4), (19.2, 16), (22.5, 16)]
    pen.line([(x * unit, y * unit) for x, y in points], fill=beat, width=round(1.9 * unit), joint="curve")
    return image.resize((size, size), Image.Resampling.LANCZOS)  # pyright: ignore[reportUnknownMemberType]


def _arrow(pen: ImageDraw.ImageDraw, unit: float, colour: Colour, *corners: tuple[float, float]) -> None:
    pen.polygon([(x * unit, y * unit) for x, y in corners], fill=colour)


def outline() -> Image.Image:
    """White alone, with only its transparency to shape it, as Teams wants it."""
    drawn = draw(32, CLEAR, WHITE, WHITE)
    white = Image.new("RGBA", drawn.size, WHITE)
    white.putalpha(drawn.getchannel("A"))
    return white


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    draw(192, ACCENT, WHITE, LIGHT).convert("RGB").save(FOLDER / "color.png", optimize=True)
    outline().save(FOLDER / "outline.png", optimize=True)
