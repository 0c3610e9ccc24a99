"""What most people like, lately: the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes


@dataclass(frozen=True, slots=True)
class Config:
    """A like counts half after `half_life_days`; None: for ever the same."""

    half_life_days: float | None = None


def shapes(config: Config) -> Shapes:
    return {"counts": ("items",)}


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """How much each item is liked, as a share of what the most liked is."""
    return np.tile(_shares(arrays), (len(histories), 1))


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """The score is the crowd's; nothing of the history adds to it."""
    return Explanation(float(_shares(arrays)[item]), np.zeros(len(history)))


def _shares(arrays: Arrays) -> Scores:
    counts = arrays["counts"]
    return (counts / max(float(counts.max(initial=0.0)), 1e-12)).astype(np.float32)
