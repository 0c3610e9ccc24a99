"""Several rankings made into one: reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Of the paper that proposed it (Cormack, Clarke, Büttcher 2009): damps the lead of the very first ranks.
K = 60


def fuse(rankings: Iterable[Sequence[int]]) -> dict[int, float]:
    """A score in [0, 1] for every id in any of the rankings, best first; 1.0 is first in all of them."""
    given = [ranking for ranking in rankings if ranking]
    scores: dict[int, float] = {}
    for ranking in given:
        for place, item_id in enumerate(dict.fromkeys(ranking), start=1):
            scores[item_id] = scores.get(item_id, 0.0) + 1.0 / (K + place)
    best = len(given) / (K + 1)
    # Rounded, so that the order of addition never decides between equals.
    return {
        item_id: round(score / best, 9)
        for item_id, score in sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
    }
