"""Walks over people, items and what items are (genres, people who made them, texts alike) in one graph.

A step from an item goes to somebody who has it, or to something that it is or is like, and from there to an item:
RP3β (Paudel 2017) on a mixed graph. An item that nobody has yet is reached through what it is, one that many have
mostly through them, so one model serves from the first person on; where walks end, what many have is damped.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes
from mediatheque.recommend.models._sums import SparseRows, sparse_explanation, sparse_scores


@dataclass(frozen=True, slots=True)
class Config:
    """What an item is counts like so many `people` who have it; of that its `alike` nearest texts the share `texts`.

    `hub` damps a genre or a person by how many items they hold. `beta` damps where walks end, by how many people
    have that and `patience` more: of a few people, nobody can tell what is merely popular. The `ends` likeliest of
    each item are kept.
    """

    people: float = 5.0
    texts: float = 0.5
    alike: int = 50
    hub: float = 0.5
    beta: float = 0.7
    patience: float = 10.0
    ends: int = 400


def shapes(config: Config) -> Shapes:
    """Row i of `walks` holds where walks from item i end, and how often."""
    return {
        "counts": ("items",),
        "walks_starts": ("items + 1",),
        "walks_columns": ("pairs",),
        "walks_values": ("pairs",),
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """How often walks from the history end at each item."""
    return sparse_scores(_walks(arrays), histories)


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """Each item of the history adds the walks that begin there."""
    return sparse_explanation(_walks(arrays), history, item)


def _walks(arrays: Arrays) -> SparseRows:
    return SparseRows.of(arrays, "walks", len(arrays["counts"]))
