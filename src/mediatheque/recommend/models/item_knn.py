"""Items liked together: what is most like the things in a history, by the people who have both."""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes
from mediatheque.recommend.models._sums import SparseRows, sparse_explanation, sparse_scores


@dataclass(frozen=True, slots=True)
class Config:
    """Each item listens to its `neighbours` nearest: shared people / (n_from^asymmetry · n_to^(1 - asymmetry) + shrink).

    An asymmetry of .5 is the cosine.
    """

    neighbours: int = 100
    asymmetry: float = 0.6
    shrink: float = 10.0


def shapes(config: Config) -> Shapes:
    """Row i of `similar` holds the items that listen to item i."""
    return {
        "counts": ("items",),
        "similar_starts": ("items + 1",),
        "similar_columns": ("pairs",),
        "similar_values": ("pairs",),
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The similarities of the history's items, added up."""
    return sparse_scores(_similar(arrays), histories)


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """Each item of the history adds its own similarity."""
    return sparse_explanation(_similar(arrays), history, item)


def _similar(arrays: Arrays) -> SparseRows:
    return SparseRows.of(arrays, "similar", len(arrays["counts"]))
