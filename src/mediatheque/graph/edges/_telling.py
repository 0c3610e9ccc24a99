"""Small words that several types of edges are told with."""

from __future__ import annotations

from collections.abc import Sequence

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: A quotation gets no longer.
_QUOTED = 90
#: Letters whose names begin with a vowel: "an LGBT film".
_SPOKEN_WITH_A_VOWEL = "AEFHILMNORSX"
#: Written with a vowel, spoken with none.
_SPOKEN_WITHOUT = ("eu", "one", "uni", "use", "usu", "ut")


def times(count: int) -> str:
    """ " twice", " five times"; nothing of once."""
    return {0: "", 1: "", 2: " twice"}.get(count, f" {numeral(count)} times")


def numeral(n: int) -> str:
    """ "five", "1,234"."""
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else f"{n:,}"


def counted(n: int, what: str) -> str:
    """ "one episode", "12 episodes"."""
    return f"{numeral(n)} {what}" if n == 1 else f"{numeral(n)} {what}s"


def listed(parts: Sequence[str]) -> str:
    """ "Ada", "Ada and Ben", "Ada, Ben and Cleo"."""
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def a(words: str) -> str:
    """ "a" or "an", as these words are spoken."""
    first = words.partition(" ")[0]
    if first.isupper():
        return "an" if first[0] in _SPOKEN_WITH_A_VOWEL else "a"
    begins = first.lower()
    return "an" if begins.startswith(tuple("aeiou")) and not begins.startswith(_SPOKEN_WITHOUT) else "a"


def quoted(text: str) -> str:
    """ "“Seven coats of varnish …”", cut between words where it is long."""
    if len(text) <= _QUOTED:
        return f"“{text}”"
    return f"“{text[:_QUOTED].rpartition(' ')[0].rstrip(' ,;:–-') or text[:_QUOTED]} …”"


def clock(at_ms: int) -> str:
    """Where in a recording: "1:02:03", "2:05"."""
    seconds = at_ms // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
