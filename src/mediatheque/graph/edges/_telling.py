"""Small words that several types of edges are told with."""

from __future__ import annotations


def times(count: int) -> str:
    """ " twice", " 5 times"; nothing of once."""
    return {0: "", 1: "", 2: " twice"}.get(count, f" {count:,} times")


def clock(at_ms: int) -> str:
    """Where in a recording: "1:02:03", "2:05"."""
    seconds = at_ms // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
