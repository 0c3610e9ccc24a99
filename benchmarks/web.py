"""How soon the page is there and how smoothly it moves, by the browser's own clock: `make bench NAME=web`.

Each figure is the median of five loads by a browser that has never been here, of the demo's household; beside it, in the
same run, an empty text from the same server, which is as fast as any page could be. Then a library of 100,000 titles.
KEEP=FOLDER keeps the two libraries between runs; PART=demo or PART=big measures one of them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from playwright.sync_api import Browser, Page, sync_playwright

from browser import axe, chromium
from browser.places import NORA, places
from browser.serving import Served, make_demo, served
from mediatheque.accounts.queries import set_password
from mediatheque.library.queries.users import User, all_users

RUNS = 5
PAGE = Path(__file__).parents[1] / "src" / "mediatheque" / "page"

#: Kept from the first moment on: what was painted when, what moved, what held the browser up.
_WATCHING = """
  window.seen = { lcp: 0, cls: 0, long: [] };
  const on = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  on('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
  on('longtask', (entry) => seen.long.push([entry.startTime, entry.duration]));
"""
_TOLD = """() => ({
  ...seen,
  painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  scripts: performance.getEntriesByType('resource').filter(({ name }) => /\\.js$/.test(new URL(name).pathname))
    .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]),
})"""
#: How many pictures a second there are while the page scrolls by itself, or stands.
_FRAMES = """(pixels) => new Promise((done) => {
  const began = performance.now();
  let count = 0;
  const next = (now) => {
    count += 1;
    if (pixels) window.scrollBy(0, pixels);
    if (now - began < 3000) requestAnimationFrame(next); else done(count / (now - began) * 1000);
  };
  requestAnimationFrame(next);
})"""


#: Each click makes another set of kinds, so that no answer is known from before.
_FILTER = """(nth) => new Promise((done) => {
  const count = document.querySelector('main p[aria-live=polite]');
  const kind = [...document.querySelectorAll('aside fieldset')].find((one) => one.querySelector('legend')?.innerText === 'Kind');
  let began = 0;
  const changed = new MutationObserver(() => {
    changed.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  });
  changed.observe(count, { childList: true, characterData: true, subtree: true });
  began = performance.now();
  kind.querySelectorAll('input')[nth].click();
})"""


def main() -> None:
    part = os.environ.get("PART")
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="mediatheque-bench-") as scratch, sync_playwright() as playwright:
        folder = Path(os.environ.get("KEEP") or scratch)
        browser = chromium.launch(playwright)
        if part in (None, "demo"):
            figures |= _demo(browser, folder / "demo")
        if part in (None, "big"):
            figures |= _big(browser, folder / "big")
        browser.close()
    print(json.dumps(figures))


def _demo(browser: Browser, data_dir: Path) -> dict[str, float]:
    data_dir.mkdir(parents=True, exist_ok=True)
    make_demo(data_dir)
    with served(data_dir, is_demo=True) as library:
        nora = library.person(NORA)
        _loaded(browser, library, nora, "/")  # the server's own first time
        loads = [_loaded(browser, library, nora, "/") for _ in range(RUNS)]
        floors = [_loaded(browser, library, nora, "/theme.js") for _ in range(RUNS)]
        kb = {suffix: _script_kb(loads[0]["scripts"], suffix) for suffix in (".gz", ".br")}
        found = 0
        for place in places(library).values():
            page = _opened(browser, library, library.person(place.user) if place.user else None)
            page.goto(place.address)
            chromium.settle(page, within_s=30)
            told = axe.violations(page)
            found += len(told)
            print(f"{place.name}: {len(told)} barriers", flush=True)
            page.context.close()
    return {
        "lcp_s": _median(load["lcp"] for load in loads) / 1000,
        "floor_lcp_s": _median(load["lcp"] for load in floors) / 1000,
        "tbt_ms": _median(_blocked(load) for load in loads),
        "cls": _median(load["cls"] for load in loads),
        "js_kb": kb[".gz"],
        "js_br_kb": kb[".br"],
        "axe_violations": float(found),
    }


def _big(browser: Browser, data_dir: Path) -> dict[str, float]:
    import big_library

    data_dir.mkdir(parents=True, exist_ok=True)
    with served(data_dir, "--no-worker") as library:
        reader = _reader(library, big_library.fill)
        address = "/library"
        _loaded(browser, library, reader, address, until="[data-index]")
        loads = [_loaded(browser, library, reader, address, until="[data-index]") for _ in range(RUNS)]
        page = _opened(browser, library, reader)
        page.goto(address)
        chromium.settle(page, within_s=30)
        filters = [_filtered(page, number) for number in range(RUNS)]
        page.goto(address)
        chromium.settle(page, within_s=30)
        fps, still = page.evaluate(_FRAMES, 60), page.evaluate(_FRAMES, 0)
        page.context.close()
    return {
        "big_first_paint_s": _median(load["there_ms"] for load in loads) / 1000,
        "big_filter_ms": _median(filters),
        "big_scroll_fps": round(fps, 1),
        "still_fps": round(still, 1),
    }


def _reader(library: Served, fill: Callable[..., int]) -> User:
    """Whose 100,000 titles they are; filled unless they are there."""
    database = library.app.database
    with database.transaction() as db:
        known = all_users(db)
    user_id = known[0].id if known else fill(database)
    with database.transaction() as db:
        set_password(db, user_id, library.password_hash)
        return next(user for user in all_users(db) if user.id == user_id)


def _opened(browser: Browser, library: Served, user: User | None) -> Page:
    context = chromium.context(browser, library.url)
    if user is not None:
        context.add_cookies([library.cookie(user)])  # type: ignore[list-item]
    page = context.new_page()
    page.add_init_script(_WATCHING)
    return page


def _loaded(
    browser: Browser, library: Served, user: User, address: str, until: str | None = None
) -> dict[str, Any]:
    """What the browser says of one load, two quiet seconds after it."""
    page = _opened(browser, library, user)
    page.goto(address)
    there_ms = 0.0
    if until is not None:
        page.locator(until).first.wait_for(timeout=60_000)
        there_ms = page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))"
        )
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_000)
    told = page.evaluate(_TOLD)
    page.context.close()
    return {**told, "there_ms": there_ms}


def _filtered(page: Page, number: int) -> float:
    """Milliseconds from a click on a kind until what is left by it is painted."""
    return float(page.evaluate(_FILTER, number % 3))


def _blocked(load: dict[str, Any]) -> float:
    """Total blocking time: what tasks after the first paint took beyond 50 ms each."""
    return sum(max(0.0, took - 50) for began, took in load["long"] if began + took > load["painted"])


def _script_kb(scripts: list[tuple[str, int]], suffix: str) -> float:
    """The scripts of the first page as the build packed them; what is too small for that counts as it is."""
    sizes = 0
    for name, _ in scripts:
        path = PAGE / name.lstrip("/")
        packed = path.with_name(path.name + suffix)
        sizes += (packed if packed.exists() else path).stat().st_size
    return round(sizes / 1024, 1)


def _median(values: Any) -> float:
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()
