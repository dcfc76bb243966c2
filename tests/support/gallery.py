"""Pictures of every card: `python -m tests.support.gallery OUT_DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.card_samples import every_card
from tests.support.render import easel


def main(out: Path) -> None:
    """Light and dark, wide and narrow; the narrow ones show what clients without badges and charts see."""
    out.mkdir(parents=True, exist_ok=True)
    with easel(scale=1.5) as board:
        for name, card in every_card().items():
            board.draw(card, width=640, to=out / f"{name}-light.png")
            board.draw(card, width=640, theme="dark", to=out / f"{name}-dark.png")
            board.draw(card, width=320, modern=False, to=out / f"{name}-narrow.png")
            print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
