"""Mails as Chromium draws them: within their width, and readable, light and dark, on a telephone and on a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.adapters.email.page import page
from bot.ports import Card
from cards import sample
from cards.elements import card, text
from tests.laws.test_cards_are_text import HOSTILE
from tests.support.card_samples import every_card
from tests.support.render import chromium

READABLE = 4.5
"""Contrast that https://www.w3.org/TR/WCAG21/#contrast-minimum asks for."""
Scheme = Literal["light", "dark"]

WEAKEST = """() => {
  const light = c => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const parts = colour => colour.match(/[0-9.]+/g).map(Number);
  const bright = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let weakest = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.getClientRects().length) continue;
    const pair = [bright(parts(getComputedStyle(node).color)), bright(behind(node))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < weakest[0]) weakest = [ratio, walk.currentNode.data];
  }
  return weakest;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


def html(made: Card, lead: str = "Raised from medium to high.") -> str:
    return page(made, title="A title", preview="In short", lead=lead, footer="Why it came")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [340, 800])
def test_every_card_is_readable_and_within_its_width_as_a_mail(browser: Browser, width: int, scheme: Scheme) -> None:
    sheet = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme)
    for name, made in every_card().items():
        sheet.set_content(html(made))

        weakest, said = sheet.evaluate(WEAKEST)
        assert weakest >= READABLE, f"{name}: {said}"
        assert sheet.evaluate(TOO_WIDE) <= 0, name
    sheet.close()


def test_what_is_long_or_runs_from_right_to_left_stays_within_the_mail(browser: Browser) -> None:
    sheet = browser.new_page(viewport={"width": 340, "height": 600})
    for evil in HOSTILE:
        sheet.set_content(html(card([text(evil)], fallback="x"), lead="x" * 900))

        assert sheet.evaluate(TOO_WIDE) <= 0, evil
    sheet.close()


def test_a_dark_scheme_makes_a_dark_mail(browser: Browser) -> None:
    behind = "() => getComputedStyle(document.querySelector('td.card')).backgroundColor"
    colours: list[str] = []
    for scheme in ("light", "dark"):
        sheet = browser.new_page(color_scheme=scheme)
        sheet.set_content(html(every_card()["incident"]))
        colours.append(sheet.evaluate(behind))
        sheet.close()

    assert colours == ["rgb(255, 255, 255)", "rgb(41, 41, 41)"]


def test_what_only_a_list_of_mails_shows_is_not_on_the_page(browser: Browser) -> None:
    sheet = browser.new_page()
    sheet.set_content(html(every_card()["incident"]))

    assert not sheet.get_by_text("In short").is_visible()
    assert sheet.get_by_text(f"#{sample.IN_QUARANTINE.number} ·").is_visible()
    sheet.close()
