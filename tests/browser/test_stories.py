"""What people come for, from the first click to the last, in a real browser over the real thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import mediatheque
from browser.chromium import Watch, settle
from browser.conftest import OpenPage
from browser.serving import PASSWORD, Served, served
from media_server import MediaServer
from mediatheque.library.queries.mentions import count_questions
from mediatheque.library.queries.users import User

_TALK = Path(mediatheque.__file__).parent / "demo_media" / "the-synthesizer-in-the-attic.opus"
#: What somebody has watched: most of it has one meaning only, one title has two.
_WATCHED = [
    "Arrival",
    "Blade Runner 2049",
    "Interstellar",
    "Scarface",
    "Aftersun",
    "Perfect Days",
    "Paterson",
    "Drive My Car",
    "Burning",
    "Roma",
    "Parasite",
    "Past Lives",
    "Dark: Season 1: Secrets",
    "Dark: Season 1: Lies",
    "Ida",
    "Cold War",
    "Petite Maman",
]
#: Listening on two busy cores.
_A_WHILE = 90_000


@pytest.fixture
def vera(library: Served) -> User:
    return library.newcomer("Vera")


def test_from_an_export_to_a_way_through_the_graph(
    library: Served, vera: User, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/import", vera)
    page.get_by_label("Files to import").set_input_files(_export(tmp_path))
    page.get_by_role("button", name=re.compile("Import 17 rows")).click()
    expect(page.get_by_text(re.compile(r"^\d questions|^one question")).first).to_be_visible(timeout=30_000)

    page.goto("/review")
    with library.app.database.transaction() as db:
        asked = count_questions(db, vera.id)
    for number in range(asked):
        expect(page.get_by_text(f"{number + 1} of {asked}", exact=True)).to_be_visible()
        page.keyboard.press("1")
    expect(page.get_by_role("heading", name="That was the last one")).to_be_visible()

    page.goto("/")
    settle(page)
    best = page.get_by_role("region", name="Best for you")
    title = best.get_by_role("heading", level=2).inner_text()
    stars = best.get_by_role("slider", name=f"Your rating of {title}")
    stars.press("9")
    expect(stars).to_have_attribute("aria-valuetext", re.compile(r"4\.5"))
    page.get_by_role("button", name="Undo").click()
    expect(stars).to_have_attribute("aria-valuetext", "not rated")

    best.get_by_role("button", name="Why this?").click()
    expect(page.get_by_role("heading", name="What speaks for it")).to_be_visible()
    page.get_by_role("link", name="See it in the graph").click()
    expect(page).to_have_url(re.compile(r"/graph\?.*mode=path"))
    expect(page.locator("main")).to_contain_text(title)


def test_from_a_link_to_an_answer_that_can_be_heard(vera: User, open_page: OpenPage) -> None:
    with MediaServer() as elsewhere:
        elsewhere.serve("/talks/attic.opus", _TALK.read_bytes(), "audio/ogg")
        page = open_page("/archive", vera)
        page.get_by_role("textbox", name="Link").fill(f"{elsewhere.url}/talks/attic.opus")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("Added. It is being fetched now.").first).to_be_visible()
        recording = page.get_by_role("link", name=re.compile("The Synthesizer in the Attic")).first
        recording.wait_for(timeout=_A_WHILE)
    recording.click()
    line = page.get_by_role("button", name=re.compile("cat left the room"))
    line.wait_for(timeout=_A_WHILE)
    line.click()
    page.wait_for_timeout(300)
    assert _second(page) > 30

    page.goto("/ask")
    page.get_by_role("textbox", name="Your question").fill("What had leaked in the power supply?")
    page.keyboard.press("Enter")
    source = page.get_by_role("button", name=re.compile("^Source 1"))
    source.wait_for(timeout=30_000)
    expect(page.locator("main")).to_contain_text("capacitors")
    source.click()
    expect(page.get_by_role("region", name="Player")).to_be_visible()


def test_the_microphone(vera: User, open_page: OpenPage) -> None:
    page = open_page("/archive?add=true", vera)
    page.get_by_role("button", name="Record").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Pause").click(timeout=10_000)
    page.get_by_role("textbox", name="Title").fill("A thought")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Stop and send").click()
    expect(page.get_by_role("link", name=re.compile("A thought")).first).to_be_visible(timeout=30_000)


def test_colours_stay_as_they_were_chosen_and_signing_out_leaves_nothing(
    vera: User, open_page: OpenPage, watch: Watch
) -> None:
    page = open_page("/settings/appearance", vera)
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.get_by_role("button", name=vera.name).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/library")
    expect(page).to_have_url(re.compile("/sign-in"))
    # What needs somebody is refused to nobody.
    watch.expect("401")


def test_into_the_demo_with_one_click(open_page: OpenPage, watch: Watch) -> None:
    watch.expect("401")  # of what is asked for before it is known that nobody is here
    page = open_page("/")
    page.get_by_role("button", name=re.compile("Enter as Nora")).click()
    settle(page)
    expect(page.get_by_role("region", name="Best for you")).to_be_visible()


@pytest.fixture
def empty_library(ready: None, tmp_path: Path) -> Iterator[Served]:
    data_dir = tmp_path / "empty"
    data_dir.mkdir()
    with served(data_dir) as running:
        yield running


def test_the_first_visitor(empty_library: Served, open_page: OpenPage, watch: Watch) -> None:
    watch.expect("401")
    page = open_page("/", url=empty_library.url)
    expect(page).to_have_url(re.compile("/welcome"))
    _credentials(page, "Ada", PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
    page.get_by_role("link", name="Your library").click()
    page.get_by_role("button", name="Ada").click()
    page.get_by_role("menuitem", name="Sign out").click()
    _credentials(page, "Ada", "not the password at all")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    _credentials(page, "Ada", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def _export(folder: Path) -> Path:
    path = folder / "NetflixViewingHistory.csv"
    rows = [f'"{title}","10/{day + 12}/26"' for day, title in enumerate(_WATCHED, 1)]
    path.write_text("\n".join(["Title,Date", *rows]) + "\n")
    return path


def _second(page: Page) -> float:
    """Where the player is."""
    return page.evaluate("document.querySelector('audio, video').currentTime")


def _credentials(page: Page, name: str, password: str) -> None:
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
