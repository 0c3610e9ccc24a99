"""What is remembered: under its stamp alone, for a while, and never more than there is room for."""

from __future__ import annotations

import time

from mediatheque.kit.remembered import Remembered


def test_a_value_counts_while_its_stamp_does() -> None:
    kept: Remembered[str] = Remembered(100)
    kept.put("ada", 1, "old", 10)
    assert kept.get("ada", 1) == "old"
    assert kept.get("ada", 2) is None
    # What was asked for under another stamp is gone: a stamp that was once passed never comes back.
    assert kept.get("ada", 1) is None
    assert (len(kept), kept.size) == (0, 0)


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    kept: Remembered[int] = Remembered(30)
    for n, name in enumerate(("ada", "ben", "cleo")):
        kept.put(name, 0, n, 10)
    kept.get("ada", 0)
    kept.put("dora", 0, 3, 10)
    assert [name for name in ("ada", "ben", "cleo", "dora") if kept.get(name, 0) is not None] == [
        "ada",
        "cleo",
        "dora",
    ]
    kept.put("ada", 0, 9, 25)
    assert (kept.get("ada", 0), kept.size) == (9, 25)
    kept.put("huge", 0, 1, 31)
    assert (len(kept), kept.size) == (0, 0)


def test_nothing_is_kept_for_longer_than_said() -> None:
    kept: Remembered[int] = Remembered(30, for_s=0.05)
    kept.put("ada", 0, 1, 10)
    assert kept.get("ada", 0) == 1
    time.sleep(0.06)
    assert kept.get("ada", 0) is None
