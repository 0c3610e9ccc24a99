"""How much what a person did with a title counts, for models that learn from many people (pure).

One formula for training and for serving, so that a model is asked about the histories that it learned from. A
rating speaks first, then liking or disliking, hiding, seeing, saving; the first that is there decides:

| what is known | weight |
|---|---|
| rating r, with the person's mean m | .5 + (r - m) / 2, from -1 to 1 |
| liked, disliked | 1, -1 |
| hidden | -.5 |
| seen n times (or n episodes of a show) | (.6 + .1 · log2 n, .9 at most) · the share finished, 1 where nobody says |
| seen, less than a quarter of it | -.1 |
| saved | .2 |
| anything else (begun, clicked) | 0: known, and nothing learned from it |

Times 0.5 ^ (age / half-life), .5 at least; of what has no date, .5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: A person's mean rating is believed as much as so many ratings at the middle of the scale, and kept from extremes.
_MEAN_PRIOR, _MEAN_PRIOR_COUNT, _MEAN_RANGE = 3.25, 4.0, (2.5, 4.0)
_HALF_A_RATING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people did with titles, a place for each person and title; NaN is "nobody says"."""

    seen: Floats  # views, and seen episodes of a show
    share: Floats  # the most that was finished at one go, 0 to 1
    rating: Floats
    mean: Floats  # of the person's ratings, as `mean_rating` gives it
    liking: Floats  # -1, 0 or 1
    is_saved: npt.NDArray[np.bool_]
    is_hidden: npt.NDArray[np.bool_]
    age_days: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """The weights of the table above, for who wants others; a model remembers those it was trained with."""

    seen: float = 0.6
    again: float = 0.1
    most_seen: float = 0.9
    given_up: float = -0.1
    given_up_below: float = 0.25
    per_star: float = 0.5
    disliked: float = -1.0
    hidden: float = -0.5
    saved: float = 0.2
    half_life_days: float = 730.0
    oldest: float = 0.5
    undated: float = 0.5

    def weights(self, told: Told) -> npt.NDArray[np.float32]:
        """How much each counts: 1 is a whole-hearted like, below 0 is "not that"."""
        share = np.where(np.isnan(told.share), 1.0, told.share)
        views = self.seen + self.again * np.log2(np.maximum(told.seen, 1.0))
        seeing = np.minimum(views, self.most_seen) * share
        seeing = np.where(share < self.given_up_below, self.given_up, seeing)
        stars = np.clip(_HALF_A_RATING + self.per_star * (told.rating - told.mean), -1.0, 1.0)
        weights = np.select(
            [
                ~np.isnan(told.rating),
                told.liking > 0,
                told.liking < 0,
                told.is_hidden,
                told.seen > 0,
                told.is_saved,
            ],
            [stars, 1.0, self.disliked, self.hidden, seeing, self.saved],
            0.0,
        )
        return (weights * self._freshness(told.age_days)).astype(np.float32)

    def _freshness(self, age_days: Floats) -> Floats:
        fresh = np.maximum(0.5 ** (np.maximum(age_days, 0.0) / self.half_life_days), self.oldest)
        return np.where(np.isnan(age_days), self.undated, fresh)


def mean_rating(total: Any, count: Any) -> Floats:
    """A person's mean rating from the sum and the number of their ratings."""
    mean = (np.asarray(total, np.float64) + _MEAN_PRIOR * _MEAN_PRIOR_COUNT) / (
        np.asarray(count, np.float64) + _MEAN_PRIOR_COUNT
    )
    return np.clip(mean, *_MEAN_RANGE)
