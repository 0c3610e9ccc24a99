"""Which sentences of a recording tell best what it says: LexRank over their vectors, and no two that say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mediatheque.archive.sentences import Sentence

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]
    Scores: TypeAlias = npt.NDArray[np.float64]

#: The share of the walk that follows likeness, as in Erkan & Radev, "LexRank" (JAIR 22, 2004).
_DAMPING = 0.85
#: Less alike than this is not alike: embedders give any two sentences of a language something in common.
_ALIKE = 0.2
#: How much a sentence's own worth counts against its likeness to those taken already (Carbonell & Goldstein, 1998).
_WORTH = 0.7
_MOST_KEY_POINTS = 6
#: Of a recording with fewer sentences, the summary says all there is.
_FEWEST_FOR_KEY_POINTS = 12
#: A sentence that begins so hangs on the one before it.
_HANGING = re.compile(
    r"(?i)(?:and|but|so|or|because|then|also|this|that|these|those|it|it's|they|he|she|which|und|aber|oder|denn|dann"
    r"|das|dies|diese|dieser|er|sie|es|et|mais|donc|alors|ce|cela|il|elle|y|pero|entonces|esto|eso)\b"
)
_COURTESY = re.compile(
    r"(?i)\b(?:welcome|thank you|thanks|hello|hi everyone|good (?:morning|evening|afternoon)|subscribe|my name is|see you"
    r"|willkommen|vielen dank|danke|hallo|guten (?:tag|morgen|abend)|bienvenue|merci|bonjour|gracias|hola)\b"
)


def ranks(sentences: Sequence[Sentence], vectors: Vectors) -> Scores:
    """How well each sentence stands for all, 0..1: near many others, long enough to say something, and whole by itself."""
    if not len(sentences):
        return np.zeros(0)
    central = _lexrank(vectors)
    central /= max(central.max(), 1e-9)
    fit = np.array([_fitness(sentence) for sentence in sentences])
    return central * fit


def summary(sentences: Sequence[Sentence], vectors: Vectors, scores: Scores) -> list[int]:
    """Three to five sentences (their numbers, in order) that tell what is said; all, where there are no more."""
    count = 3 if len(sentences) < 40 else 4 if len(sentences) < 120 else 5
    return sorted(different(range(len(sentences)), scores, vectors, count))


def key_points(
    sentences: Sequence[Sentence], vectors: Vectors, scores: Scores, said: Sequence[int]
) -> list[int]:
    """Up to six more sentences, in order, from all over the recording, that say something else than those `said`."""
    if len(sentences) < _FEWEST_FOR_KEY_POINTS:
        return []
    count = min(_MOST_KEY_POINTS, len(sentences) // 6)
    points: list[int] = []
    for part in np.array_split(np.arange(len(sentences)), count):
        points += different([int(n) for n in part], scores, vectors, 1, taken=[*said, *points])
    return sorted(points)


def different(
    among: Sequence[int], scores: Scores, vectors: Vectors, count: int, *, taken: Sequence[int] = ()
) -> list[int]:
    """The best of `among`, each as unlike those before it, and those `taken`, as can be (maximal marginal relevance)."""
    left = [n for n in among if n not in set(taken) and scores[n] > 0]
    chosen: list[int] = []
    while left and len(chosen) < count:
        before = [*taken, *chosen]
        worth = _WORTH * scores[left]
        if before:
            worth = worth - (1 - _WORTH) * np.clip(vectors[left] @ vectors[before].T, 0, 1).max(axis=1)
        chosen.append(left.pop(int(np.argmax(worth))))
    return chosen


def _lexrank(vectors: Vectors) -> Scores:
    likeness = (vectors @ vectors.T).astype(np.float64)
    likeness[likeness < _ALIKE] = 0.0
    np.fill_diagonal(likeness, 1.0)  # nobody is without neighbours
    walk = likeness / likeness.sum(axis=1, keepdims=True)
    count = len(vectors)
    rank = np.full(count, 1 / count)
    for _ in range(50):
        next_ = (1 - _DAMPING) / count + _DAMPING * (rank @ walk)
        if np.abs(next_ - rank).sum() < 1e-6:
            return next_
        rank = next_
    return rank


def _fitness(sentence: Sentence) -> float:
    words, text = len(sentence.words), sentence.text
    if len(text) < 12:
        return 0.01
    fit = 1.0 if 8 <= words <= 35 else 0.7 if 5 <= words <= 50 else 0.3
    if not text.isascii() and len(text) > 4 * words * 3:  # a script without spaces: a "word" is a line
        fit = 1.0
    if _HANGING.match(text):
        fit *= 0.75
    if text.rstrip("\"'”’»)").endswith(("?", "？")):
        fit *= 0.5
    if _COURTESY.search(text):
        fit *= 0.4
    return fit
