"""Without a mouse: the review of an import, and the player."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.chromium import settle
from browser.conftest import OpenPage
from browser.places import places
from browser.serving import Served
from mediatheque.flows.import_history import import_file
from mediatheque.library.queries.mentions import count_questions

_AMBIGUOUS = ("Scarface", "Nosferatu", "Beauty and the Beast", "Batman")
#: Presses of Tab until something is found; more is nobody's patience.
_MOST_TABS = 60


def test_the_review_of_an_import(library: Served, open_page: OpenPage, tmp_path: Path) -> None:
    vera = library.newcomer("Vera")
    export = tmp_path / "history.csv"
    export.write_text("\n".join(["Title,Date", *(f'"{t}","10/21/26"' for t in _AMBIGUOUS)]) + "\n")
    import_file(library.app.database, vera.id, export)
    with library.app.database.transaction() as db:
        asked = count_questions(db, vera.id)
    assert asked >= 3
    page = open_page("/", vera)
    settle(page)
    page.keyboard.press("g")
    page.keyboard.press("r")
    first = page.get_by_role("heading", level=2).first
    expect(first).to_be_visible()
    title = first.inner_text()
    # The arrows go through the candidates, and Enter takes one.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('[data-candidate]')")
    _sees_focus(page)
    page.keyboard.press("Enter")
    expect(first).not_to_have_text(title)
    page.keyboard.press("u")
    expect(first).to_have_text(title)
    page.keyboard.press("2")
    expect(first).not_to_have_text(title)
    # Another title: its dialog takes the focus, and Escape gives it back.
    page.keyboard.press("o")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("s")
    for _ in range(asked - 2):
        page.keyboard.press("n")
        page.wait_for_timeout(50)
    expect(page.get_by_role("heading", name=re.compile("That was the last one|Once through"))).to_be_visible()


def test_the_player(library: Served, open_page: OpenPage) -> None:
    place = places(library)["player"]
    page = open_page(place.address, place.user)
    settle(page)
    page.keyboard.press("l")
    assert _second(page) >= 9.9
    page.keyboard.press("j")
    assert _second(page) < 1
    page.keyboard.press("Space")
    page.wait_for_timeout(400)
    assert page.evaluate("!document.querySelector('audio, video').paused")
    page.keyboard.press("k")
    page.wait_for_timeout(100)
    assert page.evaluate("document.querySelector('audio, video').paused")
    page.keyboard.press(">")
    assert page.evaluate("document.querySelector('audio, video').playbackRate") > 1
    # The words themselves: Tab leads to one of them, arrows to the next ones, Enter to its second.
    _tab_to(page, "[data-line]")
    _sees_focus(page)
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    before = _second(page)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert _second(page) > before + 5
    page.keyboard.press("f")
    page.keyboard.type("karaoke")
    expect(page.locator("mark").first).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{_MOST_TABS} presses of Tab do not lead to {selector}")


def _sees_focus(page: Page) -> None:
    """Whoever uses the keys sees where they are."""
    style = "getComputedStyle(document.activeElement)"
    shown = page.evaluate(f"[{style}.outlineStyle, {style}.boxShadow, {style}.borderColor].join(' ')")
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    assert not shown.startswith("none none"), shown


def _second(page: Page) -> float:
    return page.evaluate("document.querySelector('audio, video').currentTime")
