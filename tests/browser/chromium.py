"""A real Chromium, and the eye on it: whatever goes wrong on a page that nobody expected fails the test."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

#: Where it is looked for, unless MEDIATHEQUE_BROWSER names one.
_USUAL = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",  # a container's root may not make one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
#: Placeholders in sight; rows further down are filled when somebody comes near.
_WAITING = """() => [...document.querySelectorAll('.sheen')].filter((one) => {
  const { top, bottom, left, right } = one.getBoundingClientRect();
  return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
}).length"""
DESKTOP, PHONE = (1280, 800), (360, 740)


def found() -> str | None:
    """The program of the browser; None where there is none."""
    given = os.environ.get("MEDIATHEQUE_BROWSER")
    return given or next((path for name in _USUAL if (path := shutil.which(name))), None)


def launch(playwright: Playwright, *more: str) -> Browser:
    """Start it without a window."""
    return playwright.chromium.launch(
        executable_path=found(),
        headless=True,
        args=[*_ARGUMENTS, *more],
        # What a person can hear and see is decided by the page, not by the driver.
        ignore_default_args=["--mute-audio"],
    )


def context(
    browser: Browser,
    base_url: str,
    *,
    is_dark: bool = False,
    size: tuple[int, int] = DESKTOP,
    is_still: bool = True,
) -> BrowserContext:
    """A browser of its own, as if just installed; `is_still`: for somebody who asked for less motion."""
    width, height = size
    return browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if is_dark else "light",
        reduced_motion="reduce" if is_still else "no-preference",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        has_touch=width < 600,
    )


def settle(page: Page, within_s: float = 10) -> None:
    """Wait until nothing loads any more, no placeholder is in sight, and the letters are there."""
    page.wait_for_load_state("networkidle")
    ends_at = time.monotonic() + within_s
    # Asked again and again, as the policy lets nothing evaluate words in the page itself.
    while waiting := page.evaluate(_WAITING):
        assert time.monotonic() < ends_at, f"{waiting} placeholders stay at {page.url}"
        page.wait_for_timeout(50)
    page.evaluate("document.fonts.ready")


@dataclass
class Watch:
    """What went wrong in a browser: errors of scripts and of the console, which also says what the CSP refused."""

    errors: list[str] = field(default_factory=list[str])
    _expected: list[re.Pattern[str]] = field(default_factory=list[re.Pattern[str]])

    def over(self, page: Page) -> None:
        """Look at everything on this page from now on."""
        page.on("pageerror", lambda error: self._note(f"a script failed: {error}"))
        page.on("console", self._hear)

    def expect(self, pattern: str) -> None:
        """What matches is meant to go wrong in this test."""
        self._expected.append(re.compile(pattern))

    def check(self) -> None:
        """Nothing went wrong that was not expected."""
        unexpected = [e for e in self.errors if not any(p.search(e) for p in self._expected)]
        assert not unexpected, "\n".join(unexpected)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"the console says: {message.text} ({message.location.get('url', '')})")

    def _note(self, what: str) -> None:
        self.errors.append(what)
