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
