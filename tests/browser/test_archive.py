"""Adding to the archive in a real browser: files that go on after a cut, what is spoken, the trash, and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import mediatheque
from archive_world import ffmpeg
from browser.chromium import Watch, settle
from browser.conftest import OpenPage
from browser.serving import Served

_TALK = Path(mediatheque.__file__).parent / "demo_media" / "three-first-contacts.opus"
_WORKED_ON_WITHIN_MS = 60_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of speech."""
    path = tmp_path_factory.mktemp("clip") / "first contacts.mp3"
    ffmpeg(["-i", str(_TALK), "-t", "8", str(path)])
    return path


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(files)


def rows(page: Page):
    return page.locator("li[id^=recording-]")


def test_a_file_becomes_text_and_the_trash_gives_it_back(
    library: Served, open_page: OpenPage, clip: Path
) -> None:
    page = open_page("/archive", library.newcomer())
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    choose(page, clip)
    expect(rows(page)).to_have_count(1)
    # Seen without a reload: the work on it, and its end.
    expect(page.get_by_text("0:08", exact=True)).to_be_visible(timeout=_WORKED_ON_WITHIN_MS)
    expect(rows(page).get_by_role("progressbar")).to_have_count(0, timeout=_WORKED_ON_WITHIN_MS)
    page.locator("h1").click()
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("toolbar")).to_contain_text("1 chosen")
    page.keyboard.press("#")
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(1)
    # The same bytes are not added again.
    choose(page, clip)
    expect(page.get_by_role("region", name="Uploads").get_by_text("Everything has arrived")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_what_broke_off_goes_on_after_a_reload(
    library: Served, open_page: OpenPage, watch: Watch, clip: Path
) -> None:
    watch.expect("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    page = open_page("/archive", library.newcomer())
    settle(page)
    pieces = re.compile(r"/api/uploads/\w+$")
    page.route(pieces, lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_event("requestfailed", lambda request: request.method == "PATCH"):
        choose(page, clip)
    expect(page.get_by_role("button", name=f"Pause {clip.name}")).to_be_visible()
    page.unroute(pieces)
    page.reload()
    expect(page.get_by_text("broke off")).to_be_visible()
    begun = page.evaluate("fetch('/api/uploads').then((answer) => answer.json())")
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        choose(page, clip)
    assert begun["items"][0]["url"] in sent.value.url
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("broke off")).to_have_count(0)


def test_what_was_spoken_outlives_a_reload(library: Served, open_page: OpenPage) -> None:
    page = open_page("/archive", library.newcomer())
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.grant_permissions(["microphone"])
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("timer")).to_have_text("0:02")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused after")).to_be_visible()
    page.reload()
    expect(page.get_by_text("An unsent recording of")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("An unsent recording of")).to_have_count(0)


def test_a_microphone_that_is_refused_is_explained(library: Served, open_page: OpenPage) -> None:
    page = open_page("/archive", library.newcomer())
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') } }"
    )
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("alert")).to_contain_text("not allowed on this page")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_lane_is_paused_and_goes_on(library: Served, open_page: OpenPage) -> None:
    page = open_page("/archive/jobs", "Nora")
    page.get_by_role("button", name="Pause In bulk").click()
    expect(page.get_by_text("Paused now")).to_be_visible()
    page.get_by_role("button", name="Go on In bulk").click()
    expect(page.get_by_text("Paused now")).to_have_count(0)
