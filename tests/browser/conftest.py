"""The page in a real browser: one library a run, one server and one browser a worker, and an eye on every error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mediatheque
from browser.serving import Served, make_demo, served
from mediatheque.library.queries.users import User

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from browser.chromium import Watch

PAGE = Path(mediatheque.__file__).parent / "page" / "index.html"
#: A folder to keep the library in between runs, for whoever writes these tests.
KEPT = "BROWSER_TEST_LIBRARY"
#: Where pictures and traces of what failed are put; git ignores it.
FAILED = Path(__file__).parents[2] / "screenshots" / "failed"

OpenPage = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture(scope="session")
def ready() -> None:
    """A page to look at, and something to look with."""
    if find_spec("playwright") is None:
        pytest.skip("driving a browser needs the extra 'dev'")
    from browser.chromium import found

    if found() is None:
        pytest.skip("there is no Chromium: apt install chromium, or name one in MEDIATHEQUE_BROWSER")
    if not PAGE.exists():
        pytest.skip("the page is not built: make page")


@pytest.fixture(scope="session")
def library(ready: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo's household, served."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    data_dir = Path(os.environ.get(KEPT) or shared / "household")
    data_dir.mkdir(parents=True, exist_ok=True)
    make_demo(data_dir)
    with served(data_dir, is_demo=True) as running:
        yield running


# Not a session's: while it is open, an event loop runs in this thread, and other tests of the worker want their own.
@pytest.fixture(scope="module")
def browser(ready: None) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from browser.chromium import launch

    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def watch() -> Watch:
    """What goes wrong in this test's browsers."""
    from browser.chromium import Watch

    return Watch()


@pytest.fixture
def open_page(
    library: Served, browser: Browser, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Open the page at an address, signed in as somebody (a name of the household, a user) or as nobody."""
    from browser import chromium

    contexts: list[Any] = []

    def opened(address: str = "/", user: User | str | None = None, **how: Any) -> Page:
        context = chromium.context(browser, how.pop("url", library.url), **how)
        contexts.append(context)
        context.tracing.start(snapshots=True)
        if user is not None:
            someone = library.person(user) if isinstance(user, str) else user
            context.add_cookies([library.cookie(someone)])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(10_000)
        watch.over(page)
        page.goto(address)
        return page

    yield opened
    report = getattr(request.node, "report_call", None)
    has_failed = report is not None and report.failed
    for number, context in enumerate(contexts):
        name = f"{request.node.name}-{number}"
        if has_failed:
            FAILED.mkdir(parents=True, exist_ok=True)
            for page in context.pages:
                page.screenshot(path=FAILED / f"{name}.png")
            context.tracing.stop(path=FAILED / f"{name}.zip")
        context.close()
    if not has_failed:
        watch.check()
