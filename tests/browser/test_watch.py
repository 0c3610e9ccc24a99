"""What watches the page sees what goes wrong."""

from __future__ import annotations

import pytest

from browser.chromium import Watch
from browser.conftest import OpenPage


def test_an_error_of_a_script_and_a_refusal_of_the_policy_are_seen(open_page: OpenPage, watch: Watch) -> None:
    page = open_page("/sign-in")
    page.evaluate("setTimeout(() => { throw new Error('broken on purpose') })")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    with pytest.raises(AssertionError, match=r"(?s)broken on purpose.*Content Security Policy"):
        watch.check()
    watch.expect("broken on purpose|Content Security Policy")
