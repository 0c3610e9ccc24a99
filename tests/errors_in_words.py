"""How far what was heard is from what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Written in more ways than one.
_SAME = {"mr": "mister", "mrs": "missus", "programme": "program", "okay": "ok"}


def word_error_rate(said: str, heard: str) -> float:
    """Insertions, deletions and substitutions, of the words that were said; letter case and punctuation do not count."""
    expected, found = _words(said), _words(heard)
    return _distance(expected, found) / max(1, len(expected))


def _words(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))
    return [_SAME.get(word, word) for word in words]


def _distance(expected: Sequence[str], found: Sequence[str]) -> int:
    row = list(range(len(found) + 1))
    for i, word in enumerate(expected, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(found, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]
