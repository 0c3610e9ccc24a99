"""Draws the app's icons from favicon.svg, as the systems want them that show them: python ui/draw_icons.py"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).with_name("public")


def main() -> None:
    """Draw each: with round corners, or to the edge for who cuts its own shape (what is within 80 % is always seen)."""
    mark = (PUBLIC / "favicon.svg").read_text(encoding="utf-8")
    whole = re.sub(r'rx="\d+" ', "", mark)
    small = whole.replace("<path", '<g transform="translate(4.8 4.8) scale(.85)"><path').replace(
        "</svg>", "</g></svg>"
    )
    wanted = {
        "icon-192.png": (mark, 192),
        "icon-512.png": (mark, 512),
        "icon-maskable-512.png": (small, 512),
        "apple-touch-icon.png": (whole, 180),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for name, (svg, size) in wanted.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0;display:block}}</style>{svg}")
            page.screenshot(path=PUBLIC / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
