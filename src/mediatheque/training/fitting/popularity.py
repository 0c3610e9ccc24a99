"""Counting likes, older ones for less."""

from __future__ import annotations

import numpy as np

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.popularity import Config
from mediatheque.training.interactions import Interactions

DAY_S = 86_400


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Age is counted back from the last interaction there is."""
    weights = seen.weights.astype(np.float64)
    if config.half_life_days is not None and len(seen):
        weights = weights * 0.5 ** ((seen.times.max() - seen.times) / (config.half_life_days * DAY_S))
    counts = np.bincount(seen.items, weights=weights, minlength=seen.n_items)
    return {"counts": counts.astype(np.float32)}
