"""Pictures of every card: `python -m tests.support.gallery OUT_DIR`; of those in the documentation: with `--docs`."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from tests.support.card_samples import every_card
from tests.support.render import easel

DOCS = Path(__file__).parents[2] / "docs" / "images"


def every_picture(out: Path) -> None:
    """Light and dark, wide and narrow; the narrow ones show what clients without badges and charts see."""
    out.mkdir(parents=True, exist_ok=True)
    with easel(scale=1.5) as board:
        for name, card in every_card().items():
            board.draw(card, width=640, to=out / f"{name}-light.png")
            board.draw(card, width=640, theme="dark", to=out / f"{name}-dark.png")
            board.draw(card, width=320, modern=False, to=out / f"{name}-narrow.png")
            print(name)


def pictures_of_the_documentation() -> None:
    """The few that documents show, in few colours."""
    cards = every_card()
    with easel(scale=1.5) as board:
        board.draw(cards["incident"], width=600, to=DOCS / "incident.png")
        board.draw(cards["incident-resolved"], width=600, theme="dark", to=DOCS / "incident-resolved-dark.png")
        board.draw(cards["errors"], width=600, to=DOCS / "errors.png")
    for picture in DOCS.glob("*.png"):
        with Image.open(picture) as drawn:
            drawn.convert("RGB").quantize(160).save(picture, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", help="folder for the pictures")
    parser.add_argument("--docs", action="store_true", help="draw the pictures of the documentation anew")
    given = parser.parse_args()
    if given.docs:
        pictures_of_the_documentation()
    if given.out:
        every_picture(given.out)
