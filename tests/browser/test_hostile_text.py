"""Titles, transcripts, tags, names and answers are text: whatever they say, nothing of it runs."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page

from browser import hostile
from browser.chromium import Watch, settle
from browser.conftest import OpenPage
from browser.serving import Served
from mediatheque.jobs.queries import job_with_id

_MADE = """() => [
  ...document.querySelectorAll('img[src="x"], iframe, object, embed, [onerror], [onload], [onclick]'),
  ...[...document.querySelectorAll('a[href], form[action], [src]')].filter((one) =>
    /^\\s*(javascript|data:text)/i.test(one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action') ?? '')),
  ...[...document.querySelectorAll('script')].filter((one) => !one.src),
].map((one) => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def attacker(library: Served, tmp_path_factory: pytest.TempPathFactory) -> hostile.Hostile:
    moved_in = hostile.move_in(library, tmp_path_factory.mktemp("hostile"))
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        with library.app.database.transaction() as db:
            if job_with_id(db, moved_in.job_id, None).is_final:
                break
        time.sleep(0.2)
    return moved_in


def test_nothing_runs_anywhere(attacker: hostile.Hostile, open_page: OpenPage, watch: Watch) -> None:
    page = open_page("/", attacker.user)
    shown: set[str] = set()
    for address in attacker.addresses:
        page.goto(address)
        settle(page)
        assert_inert(page)
        if hostile.IMAGE in page.locator("body").inner_text():
            shown.add(re.sub(r"\d+", "N", address))
    # As the text that it is, where it is somebody's title, line or name.
    assert shown >= {"/library", "/items/N", "/import", "/archive", "/archive/N", "/ask", "/ask/N"}


def test_nothing_runs_where_it_is_typed(attacker: hostile.Hostile, open_page: OpenPage, watch: Watch) -> None:
    page = open_page("/", attacker.user)
    settle(page)
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill(hostile.IMAGE)
    page.get_by_role("option", name=re.compile("onerror")).first.wait_for()
    assert_inert(page)


def test_the_policy_allows_no_script_but_our_own(library: Served) -> None:
    for address in ("/", "/library", "/sign-in", "/nowhere"):
        rules = httpx.get(library.url + address).headers["content-security-policy"].split(";")
        policy = {name: sources for name, _, sources in (rule.strip().partition(" ") for rule in rules)}
        assert policy["script-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "http:" not in str(policy)
        assert "unsafe-eval" not in str(policy)


def assert_inert(page: Page) -> None:
    """No text became a thing."""
    assert page.evaluate("window.hacked") is None
    assert page.evaluate(_MADE) == []
