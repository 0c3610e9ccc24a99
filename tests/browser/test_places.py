"""What holds at every place: no errors, no barriers in light and dark, nothing wider than a phone, a title and a heading."""

from __future__ import annotations

import pytest

from browser.axe import violations
from browser.chromium import PHONE, settle
from browser.conftest import OpenPage
from browser.places import NAMES, places
from browser.serving import Served

_WIDER = """() => {
  const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  return document.documentElement.scrollWidth > innerWidth ? wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 200)) : [];
}"""


@pytest.mark.parametrize("name", NAMES)
def test_a_place(name: str, library: Served, open_page: OpenPage) -> None:
    place = places(library)[name]
    page = open_page(place.address, place.user)
    settle(page)
    assert page.title() not in ("", "Mediatheque")
    assert page.get_by_role("heading", level=1).count() == 1
    found = [f"light: {one}" for one in violations(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.locator("html.dark").wait_for()
    page.wait_for_timeout(300)  # colours that are inherited pass from one to the next
    found += [f"dark: {one}" for one in violations(page, only=["color-contrast"])]
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    settle(page)
    found += [
        f"phone: {one}" for one in violations(page, only=["target-size", "scrollable-region-focusable"])
    ]
    assert not found, "\n".join(found)
    assert page.evaluate(_WIDER) == []
