"""axe-core in a page: what somebody who cannot see well, or uses no mouse, would stumble over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
#: WCAG 2.2 at the levels A and AA, and what axe calls good practice.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_RUN = """async ({ only, tags }) => {
  const runOnly = only.length ? { type: 'rule', values: only } : { type: 'tag', values: tags };
  // As axe ships: what it calls experimental guesses, as whether a cover's letters are its link's label.
  const rules = only.length ? {} : { 'label-content-name-mismatch': { enabled: false } };
  const found = await axe.run(document, { runOnly, rules, resultTypes: ['violations'] });
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => ({
    id, help, target: node.target.join(' '), html: node.html.slice(0, 300),
    why: (node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? '',
  })));
}"""


def violations(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it is now, in words; `only`: by these rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(_RUN, {"only": list(only), "tags": _TAGS})
    return [f"{f['id']}: {f['help']}: {f['why']}\n    {f['target']}\n    {f['html']}" for f in found]


@cache
def _source() -> str:
    if not SOURCE.exists():
        pytest.skip("axe-core is not installed: npm ci in ui/")
    return SOURCE.read_text()
