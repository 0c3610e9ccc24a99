"""Where in a text the words of a query stand, so that a reader sees why it was found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from mediatheque.search.reading import Wording

_WORD = re.compile(r"[^\W_]+")


def highlights(text: str, wording: Wording) -> tuple[tuple[int, int], ...]:
    """The ranges of characters (from, up to) where the words and phrases stand, in order and apart.

    Letters are compared without accents and case, as the search itself does; a word half typed counts where none is
    that is whole.
    """
    if not wording.phrases:
        return ()
    tokens = [(found.start(), found.end(), folded(found[0])) for found in _WORD.finditer(text)]
    spans: list[tuple[int, int]] = []
    for phrase in wording.phrases:
        spans += _standing(tokens, [folded(word) for word in phrase])
    if wording.is_open:
        beginning = folded(wording.phrases[-1][-1])
        if not any(word == beginning for *_, word in tokens):
            spans += [(start, end) for start, end, word in tokens if word.startswith(beginning)]
    return tuple(_joined(sorted(spans)))


def folded(word: str) -> str:
    """A word without accents and case."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _standing(tokens: Sequence[tuple[int, int, str]], phrase: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words follow each other."""
    words = [word for *_, word in tokens]
    for n in range(len(words) - len(phrase) + 1):
        if words[n : n + len(phrase)] == phrase:
            yield tokens[n][0], tokens[n + len(phrase) - 1][1]


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in order, those that overlap made one."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and start < current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def excerpt(
    text: str, spans: Sequence[tuple[int, int]], *, width: int = 240
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About `width` characters of a text, with as much of what is highlighted as possible, and the spans in them.

    Cut between words, with … where something is left out.
    """
    if len(text) <= width:
        return text, tuple(spans)
    start, end = _window(text, spans, width)
    before, after = ("…" if start else ""), ("…" if end < len(text) else "")
    moved = len(before) - start
    kept = tuple((a + moved, b + moved) for a, b in spans if a >= start and b <= end)
    return f"{before}{text[start:end]}{after}", kept


def _window(text: str, spans: Sequence[tuple[int, int]], width: int) -> tuple[int, int]:
    """From and up to where most of the spans stand, a little before them included."""
    starts = [max(0, a - width // 4) for a, _ in spans] or [0]
    start = max(starts, key=lambda s: sum(s <= a and b <= s + width for a, b in spans))
    start = max(0, min(start, len(text) - width))
    end = min(len(text), start + width)
    if start and (space := text.find(" ", start, end)) >= 0:
        start = min(space + 1, *(a for a, b in spans if a >= start and b <= end), end)
    if end < len(text) and (space := text.rfind(" ", start, end)) > start:
        end = max(space, *(b for _, b in spans if b <= end), start)
    return start, end
