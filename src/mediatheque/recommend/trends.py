"""What gained most lately: more people than if they had chosen as they did before (pure).

If everybody had gone on as in the half year before, a title would have had its former share of what people turned
to lately. How surprising the people are that it did have is the log-likelihood ratio of two Poisson rates,
k ln(k / λ) − (k − λ) (Dunning 1993). A library that grows, or a quiet summer, changes no shares, so it is no trend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.queries.trends import TrendFigures

Floats = npt.NDArray[np.float64]

#: Lately is two weeks: shorter, and people who watch at weekends come once; what was usual, the half year before.
LATELY_DAYS, BEFORE_DAYS = 14.0, 182.0
#: Fewer people are no trend, and would tell what one of them did.
LEAST_PEOPLE = 3
#: What nobody turned to before counts as if this many had: everything is surprising that was never seen.
PRIOR_PEOPLE = 1.0
#: Less is chance, once in twenty: half of what χ² of one degree exceeds one-sidedly in 5 of 100 cases.
LEAST_GAIN = 1.35


@dataclass(frozen=True, slots=True)
class Trend:
    """The plain figures of one title, for telling them."""

    people: int  # in the last LATELY_DAYS
    usual: float  # so many would have been expected


@dataclass(frozen=True, slots=True)
class Trends:
    """Titles that gained, by rising id, and how much: 1 is the title that gained most."""

    item_ids: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    gains: Floats = field(default_factory=lambda: np.zeros(0))
    people: Floats = field(default_factory=lambda: np.zeros(0))
    usual: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.item_ids)

    def top(self) -> npt.NDArray[np.int64]:
        """All of them, what gained most first."""
        return self.item_ids[np.lexsort((self.item_ids, -self.gains))]

    def gains_of(self, item_ids: Sequence[int]) -> Floats:
        """How much each of these gained; 0 for what did not."""
        places = [self._place(item_id) for item_id in item_ids]
        return np.array([0.0 if place is None else self.gains[place] for place in places])

    def of(self, item_id: int) -> Trend | None:
        place = self._place(item_id)
        return None if place is None else Trend(int(self.people[place]), float(self.usual[place]))

    def _place(self, item_id: int) -> int | None:
        place = int(np.searchsorted(self.item_ids, item_id))
        is_there = place < len(self.item_ids) and self.item_ids[place] == item_id
        return place if is_there else None


def trends_from(figures: TrendFigures) -> Trends:
    """What gained; each kind is compared with itself, for people read slower than they watch."""
    usual = np.zeros(len(figures.item_ids))
    for kind in np.unique(figures.kinds):
        rows = figures.kinds == kind
        before = figures.before[rows] + PRIOR_PEOPLE
        usual[rows] = figures.lately[rows].sum() * before / before.sum()
    people = figures.lately
    with np.errstate(divide="ignore", invalid="ignore"):
        gains = np.where(people > usual, people * np.log(people / usual) - (people - usual), 0.0)
    rows = np.flatnonzero((people >= LEAST_PEOPLE) & (gains >= LEAST_GAIN))
    highest = float(gains[rows].max(initial=0.0)) or 1.0
    return Trends(figures.item_ids[rows], gains[rows] / highest, people[rows], usual[rows])
