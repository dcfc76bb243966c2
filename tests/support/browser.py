"""A person at the Playground's page: opens conversations, types, reads cards, presses buttons; headless Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, Route, WebSocket, async_playwright, expect

from sandbox.teams import BOT_NAME

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = ("127.0.0.1", "localhost", "")


def chromium() -> str:
    """The browser: CHROMIUM, else the first of its names on PATH. A missing one fails the test."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("There is no Chromium here; install it or name it: CHROMIUM=/path/to/chromium")
    return found


@asynccontextmanager
async def visitor(url: str) -> AsyncGenerator[Visitor]:
    """Somebody who has opened the page; nothing beyond this machine is loaded."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            page = await browser.new_page(viewport={"width": 1280, "height": 1000})
            await page.route("**/*", _only_this_machine)
            person = Visitor(page)
            await page.goto(url)
            yield person
        finally:
            await browser.close()


class Visitor:
    """What a person does and sees; every wait ends after `patience` seconds.

    `streams` are the page's streams of messages, oldest first.
    """

    def __init__(self, page: Page, patience: float = 60) -> None:
        self.page, self.patience = page, patience
        page.set_default_timeout(patience * 1000)
        self.streams: list[WebSocket] = []
        page.on("websocket", self._keep)

    async def open(self, name: str) -> None:
        """Open "Personal Chat", the group chat by its name, or "<team> - <channel>"."""
        await self.page.get_by_role("treeitem", name=name, exact=True).click()

    async def say(self, text: str) -> None:
        """Send a line to the chat that is open."""
        await self._type(self._box, text)
        await self.page.get_by_role("button", name="Send Message").first.click()

    async def mention(self, text: str) -> None:
        """Send a line to the group chat that is open, with the bot's mention before it."""
        await self._type_mention(self._box, text)
        await self.page.get_by_role("button", name="Send Message").first.click()

    async def post(self, text: str) -> None:
        """Start a thread in the channel that is open, with the bot's mention before the text."""
        await self._type_mention(self._box, text)
        await self.page.get_by_role("button", name="Post", exact=True).click()

    async def reply(self, thread: str, text: str) -> None:
        """Answer in the thread of the open channel that holds this, with the bot's mention before the text."""
        place = self.page.get_by_role("group").filter(has_text=thread).first
        await self._type_mention(place.locator("div[role=textbox]"), text)
        await place.get_by_role("button", name="Send Message").click()

    def card(self, text: str) -> Locator:
        """The first card on the page that says this: the newest in a channel."""
        return self.page.locator(".ac-adaptiveCard:visible").filter(has_text=text).first

    def answer(self, text: str) -> Locator:
        """The last card on the page that says this: the newest in a chat."""
        return self.page.locator(".ac-adaptiveCard:visible").filter(has_text=text).last

    async def sees(self, card: Locator, *texts: str, seconds: float | None = None) -> None:
        """Wait until a card is there and says all of these."""
        most = (seconds or self.patience) * 1000
        await expect(card).to_be_visible(timeout=most)
        for text in texts:
            await expect(card).to_contain_text(text, timeout=most, ignore_case=True)

    async def press(self, card: Locator, button: str) -> None:
        await card.get_by_role("button", name=button, exact=True).click()

    async def picture(self, file: Path) -> None:
        """A screenshot without the log panel, which repeats every message."""
        hide = self.page.get_by_role("button", name="Hide log panel")
        if await hide.count():
            await hide.click()
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=file)

    def _keep(self, socket: WebSocket) -> None:
        if "/conversations/stream" in socket.url:
            self.streams.append(socket)

    @property
    def _box(self) -> Locator:
        return self.page.locator("div[role=textbox]").first

    async def _type(self, box: Locator, text: str) -> None:
        await box.click()
        await expect(box).to_be_focused()
        await self.page.keyboard.type(text)

    async def _type_mention(self, box: Locator, text: str) -> None:
        await self._type(box, f"@{BOT_NAME}")
        names = self.page.locator("#typeahead-menu").get_by_text(BOT_NAME)
        await names.first.click()
        await expect(names).to_have_count(0)
        await self._type(box, f" {text}")


async def _only_this_machine(route: Route) -> None:
    host = urlsplit(route.request.url).hostname or ""
    await (route.continue_() if host in LOOPBACK else route.abort())
