"""Shelves: what a folder holds can be taken by name, also by several threads at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid


def test_what_another_thread_is_still_importing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "slow_shelf"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "tea_pot.py").write_text("import time\ntime.sleep(0.3)\nPOURS = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    slow = __import__("slow_shelf")
    try:
        with ThreadPoolExecutor(4) as pool:
            taken = [
                one.result().POURS for one in [pool.submit(shelf.take, slow, "tea-pot") for _ in range(4)]
            ]
    finally:
        for name in ("slow_shelf", "slow_shelf.tea_pot"):
            sys.modules.pop(name, None)
    assert taken == [True] * 4


@pytest.mark.parametrize("name", ["_bounds", "os", "goodreads.x", "../x", "", "Goodreads"])
def test_what_is_not_on_a_shelf(name: str) -> None:
    from mediatheque import importers

    with pytest.raises(Invalid, match="there is goodreads"):
        shelf.take(importers, name)
