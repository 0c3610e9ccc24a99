"""What training interactions and a catalogue say of each item, and of each pair of items, for re-ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.training.catalogue import Catalogue
from mediatheque.training.fitting._matrices import gram, near_gram
from mediatheque.training.interactions import Interactions

Floats = npt.NDArray[np.float32]
MINUTES_5_S = 300.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Per item: how many have it, since when and about when, and which share of them gave the most stars.

    `together` is the cosine of each pair, `at_once` the same of what was liked within minutes.
    """

    catalogue: Catalogue
    counts: npt.NDArray[np.float64]
    first_at: npt.NDArray[np.float64]
    mean_at: npt.NDArray[np.float64]
    loved: npt.NDArray[np.float64]
    together: Floats
    at_once: Floats
    times: npt.NDArray[np.int64]
    items_by_time: npt.NDArray[np.int32]

    @classmethod
    def of(cls, stars: Interactions, catalogue: Catalogue) -> Evidence:
        """Evidence from interactions whose weights are stars (or all 1, where nobody gives any)."""
        counts = stars.per_item.astype(np.float64)
        many = np.maximum(counts, 1)
        first_at = np.full(stars.n_items, float(stars.times.max(initial=0)))
        np.minimum.at(first_at, stars.items, stars.times)
        is_loved = stars.weights >= stars.weights.max(initial=0)
        order = np.argsort(stars.times, kind="stable")
        likes = Interactions(
            stars.starts, stars.items, np.ones(len(stars), np.float32), stars.times, stars.n_items
        )
        lengths = np.maximum(stars.per_user, 1) ** -0.5
        return cls(
            catalogue,
            counts,
            first_at,
            np.bincount(stars.items, weights=stars.times, minlength=stars.n_items) / many,
            (np.bincount(stars.items, weights=is_loved, minlength=stars.n_items) + 1) / (counts + 4),
            _cosines(gram(likes.matrix(), np.ones(stars.n_users), np.float32), many),
            _cosines(near_gram(likes, lengths / lengths.mean(), MINUTES_5_S, np.float32), many),
            stars.times[order],
            stars.items[order],
        )

    def count_around(self, time_s: float, days: float) -> tuple[npt.NDArray[np.int64], int]:
        """How many liked each item within so many days of a moment, and how many likes there were then."""
        reach = days * 86_400
        low, high = np.searchsorted(self.times, [time_s - reach, time_s + reach])
        return np.bincount(self.items_by_time[low:high], minlength=len(self.counts)), int(high - low)


def _cosines(pairs: Floats, counts: npt.NDArray[np.float64]) -> Floats:
    lengths = np.sqrt(counts).astype(np.float32)
    pairs /= lengths[:, None]
    pairs /= lengths
    np.fill_diagonal(pairs, 0)
    return pairs
