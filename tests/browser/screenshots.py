"""Pictures of every place of the page, in light, dark and on a phone: `make screenshots` puts them into screenshots/.

`python tests/browser/screenshots.py --only home,library --library FOLDER` takes some, from a library that is kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, sync_playwright

from browser.chromium import DESKTOP, PHONE, Watch, context, launch, settle
from browser.places import Place, places
from browser.serving import Served, make_demo, served

FOLDER = Path(__file__).parents[2] / "screenshots"
LOOKS = {
    "light": {"is_dark": False, "size": DESKTOP},
    "dark": {"is_dark": True, "size": DESKTOP},
    "phone": {"is_dark": False, "size": PHONE},
}


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--only", default="", help="names of places, with commas")
    given.add_argument("--library", type=Path, help="a folder to keep the demo's library in")
    given.add_argument("--full", action="store_true", help="whole pages, not only what a screen shows")
    options = given.parse_args()
    only = {name for name in options.only.split(",") if name}
    with tempfile.TemporaryDirectory() as scratch:
        data_dir = options.library or Path(scratch, "household")
        data_dir.mkdir(parents=True, exist_ok=True)
        make_demo(data_dir)
        with served(data_dir, is_demo=True) as library, sync_playwright() as playwright:
            browser = launch(playwright)
            wanted = [place for place in places(library).values() if not only or place.name in only]
            for look in LOOKS:
                for place in wanted:
                    _take(browser, library, place, look, is_full=options.full)
            browser.close()


def _take(browser: Browser, library: Served, place: Place, look: str, *, is_full: bool) -> None:
    opened, watch = context(browser, library.url, **LOOKS[look]), Watch()  # type: ignore[arg-type]
    if place.user is not None:
        opened.add_cookies([library.cookie(library.person(place.user))])  # type: ignore[list-item]
    page = opened.new_page()
    watch.over(page)
    page.goto(place.address)
    settle(page)
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{place.name}-{look}.png", full_page=is_full)
    opened.close()
    print(f"{place.name} {look}" + "".join(f"\n  {error}" for error in watch.errors), flush=True)


if __name__ == "__main__":
    main()
