"""Draws cards in Chromium with Microsoft's renderer and Teams' host configuration; fails where either is missing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
from playwright.sync_api import Browser, Page, sync_playwright

from bot.ports import Card

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
HOSTS = MODULES / "adaptivecards-designer" / "lib" / "hostConfigs"
SCRIPTS = (
    MODULES / "adaptivecards" / "dist" / "adaptivecards.min.js",
    MODULES / "markdown-it" / "dist" / "markdown-it.min.js",
    HERE / "cards_page.js",
)

Theme = Literal["light", "dark"]


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What the renderer made of a card: its complaints, its text, anything that became markup, anything too wide."""

    events: list[str]
    text: str
    facts: list[str]
    markup: list[str]
    wide: list[str]


def chromium() -> str:
    """The browser's path; a machine without one cannot run these tests."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise RuntimeError("Chromium is not installed: set CHROMIUM to its path or install the chromium package.")
    return found


class Easel:
    """A browser page for each theme and width, made once."""

    def __init__(self, browser: Browser, *, scale: float = 1) -> None:
        self._browser = browser
        self._scale = scale
        self._pages: dict[tuple[Theme, int], Page] = {}

    def draw(
        self, card: Card, *, theme: Theme = "light", width: int = 640, modern: bool = True, to: Path | None = None
    ) -> Drawn:
        """Draw a card; `modern` clients know badges and charts, others show the fallbacks."""
        page = self._page(theme, width)
        host = cast("dict[str, Any]", json.loads((HOSTS / f"microsoft-teams-{theme}.json").read_text("utf-8")))
        drawn = page.evaluate("([card, host, modern]) => window.draw(card, host, modern)", [card, host, modern])
        if to is not None:
            page.screenshot(path=to, full_page=True)
        return msgspec.convert(drawn, Drawn)

    def _page(self, theme: Theme, width: int) -> Page:
        if (theme, width) not in self._pages:
            page = self._browser.new_page(
                viewport={"width": width + 24, "height": 100},
                device_scale_factor=self._scale,
                timezone_id="Europe/Berlin",  # a reader whose clock is not UTC
                locale="en-US",
            )
            page.set_content(
                f'<!doctype html><html lang="en"><body class="{theme}"><div id="card"></div></body></html>'
            )
            page.add_style_tag(path=HERE / "cards_page.css")
            for script in SCRIPTS:
                page.add_script_tag(path=script)
            self._pages[theme, width] = page
        return self._pages[theme, width]


@contextmanager
def easel(*, scale: float = 1) -> Generator[Easel]:
    """Open the browser and close it again."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield Easel(browser, scale=scale)
        finally:
            browser.close()
