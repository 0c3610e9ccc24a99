"""Words and where they stand: found while they are still being typed, and with a slip or two in them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

Scores = npt.NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+")
#: A word of so many letters may have one slip, a longer one two: with fewer letters everything is near everything.
_ONE_SLIP, _TWO_SLIPS = 4, 8
#: The last character there is: what begins with a word stands before the word with this behind it.
_LAST = "\U0010ffff"
_MARKS = str.maketrans("", "", "'’ʼ`´")
_OTHER_LETTERS = str.maketrans("øłđðıħŧ", "olddiht")


def plain(text: str) -> str:
    """Text without case and accents."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded.translate(_OTHER_LETTERS))
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return folded


def words_in(text: str) -> list[str]:
    """The words of a title, a name or a question, without case and accents."""
    return _WORD.findall(plain(text).translate(_MARKS))


@dataclass(frozen=True)
class Words:
    """Every word there is, sorted, and the rows whose text has it: those of word n from `starts[n]` on."""

    vocabulary: Sequence[str]
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[str], rows: npt.NDArray[Any]) -> Words:
        """The words of texts, each of which belongs to a row."""
        code_by_word: dict[str, int] = {}
        codes: list[int] = []
        counts = np.empty(len(texts), np.int64)
        for place, text in enumerate(texts):
            words = words_in(text)
            counts[place] = len(words)
            codes += [code_by_word.setdefault(word, len(code_by_word)) for word in words]
        vocabulary = sorted(code_by_word)
        rank = np.empty(len(vocabulary), np.int64)
        rank[[code_by_word[word] for word in vocabulary]] = np.arange(len(vocabulary))
        ranked = rank[np.array(codes, np.int64)]
        order = np.argsort(ranked, kind="stable")
        starts = np.zeros(len(vocabulary) + 1, np.int64)
        np.cumsum(np.bincount(ranked, minlength=len(vocabulary)), out=starts[1:])
        return cls(vocabulary, starts, np.repeat(rows, counts)[order].astype(np.int32))

    def begun(self, word: str, size: int) -> Scores:
        """How well each row has the word, or one that begins with it: 1 the very word, 0 not at all."""
        scores = np.zeros(size, np.float32)
        low, high = bisect_left(self.vocabulary, word), bisect_left(self.vocabulary, word + _LAST)
        scores[self.rows[self.starts[low] : self.starts[high]]] = 0.9
        if low < high and self.vocabulary[low] == word:
            scores[self.rows[self.starts[low] : self.starts[low + 1]]] = 1.0
        return scores

    def nearly(self, word: str, size: int) -> Scores:
        """As `begun`, for a word with a slip in it."""
        scores = np.zeros(size, np.float32)
        slips = (len(word) >= _ONE_SLIP) + (len(word) >= _TWO_SLIPS)
        if not slips or not self.vocabulary:
            return scores
        least = np.full(len(self.vocabulary), 9, np.uint8)
        # Whole words, and as much of longer ones as has been typed, with a letter too few or too many.
        for written in (
            self.vocabulary,
            *([known[:length] for known in self.vocabulary] for length in (len(word), len(word) + 1)),
        ):
            far = process.cdist([word], written, scorer=OSA.distance, score_cutoff=slips, dtype=np.uint8)[0]
            np.minimum(least, far, out=least)
        for slip in range(slips, 0, -1):
            for code in np.flatnonzero(least == slip):
                scores[self.rows[self.starts[code] : self.starts[code + 1]]] = 0.7 - 0.2 * slip
        return scores
