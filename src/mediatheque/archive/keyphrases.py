"""Which phrases a text turns around: rapid automatic keyword extraction, weighed by how often and how early each is said."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_BREAK = re.compile(r"[.!?;:,()\[\]\"“”«»…\n]+|\s[-–—]\s")
#: Of longer runs of words between stop words, every part of so many words is a candidate.
_LONGEST = 2


def keyphrases(text: str, stopwords: Collection[str], most: int) -> list[tuple[str, float]]:
    """Phrases of one or two words as they are first written, and their scores, higher is better, the best first.

    A word's score is its degree by its frequency (Rose et al., 2010: words that stand beside many others say more than
    those that only stand often), a phrase's the mean of its words', times the logarithm of how often it is said, and
    up to twice as much at the beginning as at the end.
    """
    runs = list(_runs(text, stopwords))
    degree, frequency = _words(runs)
    count: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], tuple[int, str]] = {}
    for place, run in enumerate(runs):
        for phrase in _parts(run):
            key = tuple(word.casefold() for word in phrase)
            count[key] += 1
            first.setdefault(key, (place, " ".join(phrase)))
    scored = {
        key: (
            sum(degree[word] / frequency[word] for word in key)
            / len(key)
            * math.log1p(said * len(key))
            * (2.0 - first[key][0] / len(runs))
        )
        for key, said in count.items()
        # What is said once in a long text, in two words, is mostly an accident of what stands side by side.
        if said > 1 or len(key) == 1 or len(runs) < 40
    }
    best = sorted(scored.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(first[key][1], score) for key, score in best[:most]]


def _runs(text: str, stopwords: Collection[str]) -> Iterator[list[str]]:
    """The words between stop words and punctuation."""
    for clause in _BREAK.split(text):
        run: list[str] = []
        for word in _WORD.findall(clause):
            if len(word) < 2 or word.casefold() in stopwords or word.isdigit():
                if run:
                    yield run
                run = []
            else:
                run.append(word)
        if run:
            yield run


def _words(runs: Sequence[Sequence[str]]) -> tuple[dict[str, float], Counter[str]]:
    """Of each word, in how many words' company it stands (its own included), and how often."""
    degree: dict[str, float] = defaultdict(float)
    frequency: Counter[str] = Counter()
    for run in runs:
        for word in run:
            degree[word.casefold()] += len(run)
            frequency[word.casefold()] += 1
    return degree, frequency


def _parts(run: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for length in range(1, _LONGEST + 1):
        for start in range(len(run) - length + 1):
            yield tuple(run[start : start + length])
