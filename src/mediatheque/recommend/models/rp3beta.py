"""Walks of three steps from a history, to people and back to items, with the popular damped."""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes
from mediatheque.recommend.models._sums import SparseRows, sparse_explanation, sparse_scores


@dataclass(frozen=True, slots=True)
class Config:
    """`alpha` bends the chance of a step, `beta` damps where walks end; the `ends` likeliest of each item are kept."""

    alpha: float = 1.0
    beta: float = 0.6
    ends: int = 200


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
